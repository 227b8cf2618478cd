import { DisconnectReason, LoggerNames, Room, setLogLevel, VideoPresets } from 'livekit-client';
import type { BaseKeyProvider } from 'livekit-client';
import { MatrixError } from '../matrix/door.ts';
import type { CallState, JoinOptions } from './door.ts';

/** LiveKit's room of a call, not yet connected: encrypted, with settings that suit slow networks and Element Call. */
export function makeRoom(options: JoinOptions, keyProvider: BaseKeyProvider, worker: Worker): Room {
  // Frames without a key are normal while a key changes; LiveKit would write a line for each.
  setLogLevel('error');
  setLogLevel('silent', LoggerNames.E2EE);
  worker.addEventListener('message', (event: MessageEvent<WorkerNews>) => {
    const { kind, data } = event.data;
    const identity = data?.participantIdentity ?? '';
    // LiveKit throws when the worker's answer is about somebody who has gone meanwhile.
    const gone = kind === 'enable' && room.getParticipantByIdentity(identity) === undefined;
    if (gone) event.stopImmediatePropagation();
  });
  const room = new Room({
    adaptiveStream: true,
    dynacast: true,
    stopLocalTrackOnUnpublish: true,
    encryption: { keyProvider, worker },
    publishDefaults: {
      videoCodec: 'vp8',
      simulcast: true,
      videoSimulcastLayers: [VideoPresets.h180, VideoPresets.h360],
      red: false,
      dtx: true,
      backupCodec: false,
    },
    audioCaptureDefaults: captureOf(options.devices?.microphone),
    videoCaptureDefaults: {
      resolution: VideoPresets.h720.resolution,
      ...captureOf(options.devices?.camera),
    },
    ...(options.devices?.speaker === undefined ? {} : { audioOutput: { deviceId: options.devices.speaker } }),
  });
  return room;
}

/** What LiveKit's worker says, as far as it matters here. */
interface WorkerNews {
  readonly kind: string;
  readonly data?: { readonly participantIdentity?: string };
}

const over: ReadonlySet<CallState> = new Set([
  'ended',
  'removed',
  'lost',
  'refused',
  'unavailable',
  'forbidden',
  'moved',
]);

/** Whether a call in this state goes on no more. */
export function isOver(state: CallState): boolean {
  return over.has(state);
}

/** What a connection that has ended means. */
export function endOf(reason: DisconnectReason | undefined): CallState {
  switch (reason) {
    case DisconnectReason.PARTICIPANT_REMOVED:
      return 'removed';
    case DisconnectReason.CLIENT_INITIATED:
    case DisconnectReason.ROOM_DELETED:
    case DisconnectReason.ROOM_CLOSED:
    case DisconnectReason.DUPLICATE_IDENTITY:
      return 'ended';
    default:
      return 'lost';
  }
}

/** What a failure on the way in means. */
export function failureState(thrown: unknown): CallState {
  if (!(thrown instanceof MatrixError)) return 'lost';
  if (thrown.kind === 'cancelled') return 'ended';
  if (thrown.kind === 'denied') return 'refused';
  if (thrown.kind === 'network') return 'lost';
  return thrown.status === 403 || thrown.status === 401 ? 'forbidden' : 'unavailable';
}

function captureOf(deviceId: string | undefined): { deviceId?: string } {
  return deviceId === undefined ? {} : { deviceId };
}
