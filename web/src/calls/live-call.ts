import { batch, signal } from '@preact/signals-core';
import {
  ConnectionState,
  DisconnectReason,
  LoggerNames,
  ParticipantEvent,
  Room,
  RoomEvent,
  setLogLevel,
  Track,
  VideoPresets,
} from 'livekit-client';
import type { Participant as LivekitParticipant, RemoteTrack } from 'livekit-client';
import { MatrixError } from '../matrix/door.ts';
import type { Call, CallPerson, CallState, DeviceKind, JoinOptions, LobbyRequest, Privacy } from './door.ts';
import type { CallSide, Entrance } from './entrance.ts';
import type { Epoch, Participant } from './epochs.ts';
import { MediaKeys } from './media-keys.ts';
import { peopleOf } from './people-of-call.ts';
import type { Known } from './people-of-call.ts';
import { TrafficMeter } from './traffic-meter.ts';

export interface LiveCallParts {
  readonly entrance: Entrance;
  readonly options: JoinOptions;
  readonly title: string;
  /** How a member looks in this app: name and picture by user id. */
  readonly known: (userId: string) => Known | undefined;
  readonly now: () => number;
  readonly startE2eeWorker: () => Worker;
  readonly addTraffic: (received: number, sent: number) => void;
}

/** What participants tell one another, encrypted with the key of the meeting: that it can be read is the proof of having the key. */
interface Word {
  readonly epoch: number;
  readonly hand: boolean;
}

const topic = 'majlis.state';
/** How long a change of key may take until somebody who has not shown the new one is named; milliseconds. */
const changeTime = 8000;

export class LiveCall implements Call {
  readonly state = signal<CallState>('connecting');
  readonly title;
  readonly people = signal<readonly CallPerson[]>([]);
  readonly activeSpeaker = signal<string | undefined>(undefined);
  readonly waiting = signal<readonly LobbyRequest[]>([]);
  readonly privacy = signal<Privacy>({ encrypted: false, people: [] });
  readonly startedAt = signal<number | undefined>(undefined);
  readonly kbits = signal(0);
  readonly bytes = signal(0);
  readonly microphone = signal(false);
  readonly camera = signal(false);
  readonly screen = signal(false);
  readonly hand = signal(false);
  readonly audioOnly = signal(false);
  readonly soundBlocked = signal(false);
  private readonly parts: LiveCallParts;
  private readonly keys = new MediaKeys();
  private readonly worker: Worker;
  private readonly room: Room;
  private readonly words = new Map<string, Word>();
  /** Whose frames could not be decrypted, and when that last happened. */
  private readonly unreadable = new Map<string, number>();
  private readonly meter: TrafficMeter;
  private readonly stops: (() => void)[] = [];
  private epoch: Epoch | undefined;
  private epochSince = 0;
  private drawing = false;
  private leaving = false;

  constructor(parts: LiveCallParts) {
    this.parts = parts;
    this.title = signal(parts.title);
    this.audioOnly.value = parts.options.audioOnly === true;
    // Frames without a key are normal while a key changes; LiveKit would write a line for each.
    setLogLevel('error');
    setLogLevel('silent', LoggerNames.E2EE);
    this.worker = parts.startE2eeWorker();
    this.room = new Room({
      adaptiveStream: true,
      dynacast: true,
      stopLocalTrackOnUnpublish: true,
      encryption: { keyProvider: this.keys, worker: this.worker },
      publishDefaults: {
        videoCodec: 'vp8',
        simulcast: true,
        videoSimulcastLayers: [VideoPresets.h180, VideoPresets.h360],
        red: false,
        dtx: true,
        backupCodec: false,
      },
      audioCaptureDefaults: captureOf(parts.options.devices?.microphone),
      videoCaptureDefaults: {
        resolution: VideoPresets.h720.resolution,
        ...captureOf(parts.options.devices?.camera),
      },
      ...(parts.options.devices?.speaker === undefined
        ? {}
        : { audioOutput: { deviceId: parts.options.devices.speaker } }),
    });
    this.meter = new TrafficMeter(this.room, (kbits, received, sent) => {
      this.kbits.value = kbits;
      this.forgiveReadable();
      this.bytes.value += received + sent;
      parts.addTraffic(received, sent);
    });
    this.stops.push(parts.entrance.lobby.subscribe((guests) => this.showLobby(guests)));
  }

  async start(): Promise<void> {
    try {
      this.listen();
      const way = await this.parts.entrance.enter(this.side(), () => {
        this.state.value = 'waiting';
      });
      if (this.leaving) return;
      this.state.value = 'connecting';
      await this.room.setE2EEEnabled(true);
      await this.room.connect(way.url, way.token, { autoSubscribe: true });
      if (this.leaving) return;
      this.state.value = 'live';
      this.startedAt.value = this.parts.now();
      this.parts.entrance.entered();
      for (const one of this.room.remoteParticipants.values()) this.meet(one);
      this.meter.start();
      this.draw();
      await this.publishFirst();
    } catch (thrown) {
      if (!this.isOver()) await this.finish(failureState(thrown));
    }
  }

  async setMicrophone(on: boolean): Promise<void> {
    await this.room.localParticipant.setMicrophoneEnabled(on);
    this.draw();
  }

  async setCamera(on: boolean): Promise<void> {
    await this.room.localParticipant.setCameraEnabled(on);
    this.draw();
  }

  async setScreen(on: boolean): Promise<void> {
    await this.room.localParticipant.setScreenShareEnabled(on, { audio: false, contentHint: 'detail' });
    this.draw();
  }

  async setHand(on: boolean): Promise<void> {
    this.hand.value = on;
    await this.say();
    this.draw();
  }

  async setAudioOnly(on: boolean): Promise<void> {
    this.audioOnly.value = on;
    if (on && this.camera.value) await this.setCamera(false);
    for (const participant of this.room.remoteParticipants.values()) {
      for (const publication of participant.videoTrackPublications.values()) {
        if (publication.source === Track.Source.Camera) publication.setSubscribed(!on);
      }
    }
    this.draw();
  }

  async switchCamera(): Promise<void> {
    const track = this.room.localParticipant.getTrackPublication(Track.Source.Camera)?.videoTrack;
    const now = track?.mediaStreamTrack.getSettings().facingMode;
    const cameras = await Room.getLocalDevices('videoinput', false);
    if (now === 'user' || now === 'environment') {
      await this.room.localParticipant.setCameraEnabled(false);
      await this.room.localParticipant.setCameraEnabled(true, {
        facingMode: now === 'user' ? 'environment' : 'user',
      });
    } else {
      const at = cameras.findIndex(
        (camera) => camera.deviceId === track?.mediaStreamTrack.getSettings().deviceId,
      );
      const next = cameras[(at + 1) % Math.max(cameras.length, 1)];
      if (next !== undefined) await this.room.switchActiveDevice('videoinput', next.deviceId);
    }
    this.draw();
  }

  async choose(kind: DeviceKind, id: string): Promise<void> {
    const kinds = { microphone: 'audioinput', camera: 'videoinput', speaker: 'audiooutput' } as const;
    await this.room.switchActiveDevice(kinds[kind], id);
  }

  async startSound(): Promise<void> {
    await this.room.startAudio();
    this.soundBlocked.value = !this.room.canPlaybackAudio;
  }

  async admit(guestId: string): Promise<void> {
    await this.parts.entrance.decide(guestId, true);
  }

  async admitAll(): Promise<void> {
    for (const guest of this.waiting.value) await this.admit(guest.id);
  }

  async refuse(guestId: string): Promise<void> {
    await this.parts.entrance.decide(guestId, false);
  }

  async remove(personId: string): Promise<void> {
    await this.parts.entrance.remove(personId);
  }

  async mute(personId: string): Promise<void> {
    await this.parts.entrance.mute(personId);
  }

  async leave(): Promise<void> {
    await this.finish('ended');
  }

  private side(): CallSide {
    return {
      ownIdentity: () => this.room.localParticipant.identity,
      participants: () => this.participants(),
      adopt: (epoch) => void this.adopt(epoch),
      turned: (away) => void this.finish(away),
    };
  }

  private participants(): Participant[] {
    if (this.room.state === ConnectionState.Disconnected) return [];
    return [this.room.localParticipant, ...this.room.remoteParticipants.values()].map((one) => {
      const { user_id: userId, device_id: deviceId, guest_id: guestId } = one.attributes;
      return {
        identity: one.identity,
        joinedAt: one.joinedAt?.getTime() ?? 0,
        ...(userId === undefined ? {} : { userId }),
        ...(deviceId === undefined ? {} : { deviceId }),
        ...(guestId === undefined ? {} : { guestId }),
      };
    });
  }

  private async adopt(epoch: Epoch): Promise<void> {
    this.epoch = epoch;
    this.epochSince = this.parts.now();
    this.unreadable.clear();
    const others = [...this.room.remoteParticipants.keys()];
    await this.keys.use(epoch, this.room.localParticipant.identity, others, () => {
      void this.say();
      this.draw();
    });
    this.draw();
  }

  private listen(): void {
    const { room } = this;
    room
      .on(RoomEvent.ParticipantConnected, (participant) => {
        this.meet(participant);
        this.parts.entrance.participantsChanged('came');
        void this.say();
        this.draw();
      })
      .on(RoomEvent.ParticipantDisconnected, (participant) => {
        this.words.delete(participant.identity);
        this.parts.entrance.participantsChanged('went');
        this.draw();
      })
      .on(RoomEvent.TrackSubscribed, (track) => this.play(track))
      .on(RoomEvent.TrackUnsubscribed, (track) => {
        if (track.kind === Track.Kind.Audio) for (const element of track.detach()) element.remove();
      })
      .on(RoomEvent.TrackPublished, (publication) => {
        if (this.audioOnly.value && publication.source === Track.Source.Camera)
          publication.setSubscribed(false);
      })
      .on(RoomEvent.DataReceived, (payload, participant, _kind, received) => {
        if (received === topic && participant !== undefined) this.hear(participant.identity, payload);
      })
      .on(RoomEvent.ActiveSpeakersChanged, (speakers) => this.heard(speakers))
      .on(RoomEvent.AudioPlaybackStatusChanged, () => {
        this.soundBlocked.value = !room.canPlaybackAudio;
      })
      .on(RoomEvent.Reconnecting, () => {
        this.state.value = 'reconnecting';
      })
      .on(RoomEvent.Reconnected, () => {
        this.state.value = 'live';
        void this.say();
      })
      .on(RoomEvent.EncryptionError, (_error, participant) => {
        if (participant !== undefined) this.unreadable.set(participant.identity, this.parts.now());
        this.draw();
      })
      .on(RoomEvent.Disconnected, (reason) => void this.finish(endOf(reason)));
    const changes = [
      RoomEvent.TrackMuted,
      RoomEvent.TrackUnmuted,
      RoomEvent.TrackSubscribed,
      RoomEvent.TrackUnsubscribed,
      RoomEvent.LocalTrackPublished,
      RoomEvent.LocalTrackUnpublished,
      RoomEvent.ConnectionQualityChanged,
      RoomEvent.ParticipantEncryptionStatusChanged,
      RoomEvent.ParticipantNameChanged,
    ] as const;
    for (const change of changes) room.on(change, () => this.draw());
  }

  private meet(participant: LivekitParticipant): void {
    this.keys.meet(participant.identity).catch((thrown: unknown) => {
      console.warn('A key is missing.', thrown instanceof Error ? thrown.message : thrown);
    });
    participant.on(ParticipantEvent.IsSpeakingChanged, () => this.draw());
  }

  /** Who has caused no error for a while can be read again. */
  private forgiveReadable(): void {
    for (const [identity, at] of this.unreadable) {
      if (at < this.parts.now() - 3000) this.unreadable.delete(identity);
    }
    this.draw();
  }

  /** Sounds play without an element on the screen. */
  private play(track: RemoteTrack): void {
    if (track.kind !== Track.Kind.Audio) return;
    const element = track.attach();
    element.hidden = true;
    document.body.append(element);
  }

  private heard(speakers: readonly LivekitParticipant[]): void {
    const own = this.room.localParticipant.identity;
    const loudest = speakers.find((speaker) => speaker.identity !== own);
    if (loudest !== undefined) this.activeSpeaker.value = loudest.identity;
    this.draw();
  }

  private async say(): Promise<void> {
    if (this.epoch === undefined || this.room.state !== ConnectionState.Connected) return;
    const word: Word = { epoch: this.epoch.number, hand: this.hand.value };
    try {
      const bytes = new TextEncoder().encode(JSON.stringify(word));
      await this.room.localParticipant.publishData(bytes, { reliable: true, topic });
    } catch (thrown) {
      console.warn('The others are told later.', thrown instanceof Error ? thrown.message : thrown);
    }
  }

  private hear(identity: string, payload: Uint8Array): void {
    try {
      const { epoch, hand } = JSON.parse(new TextDecoder().decode(payload)) as Partial<Word>;
      if (typeof epoch !== 'number') return;
      this.words.set(identity, { epoch, hand: hand === true });
      this.draw();
    } catch {
      // Not a word of ours: another program may share the channel.
      this.words.delete(identity);
    }
  }

  private async publishFirst(): Promise<void> {
    const { microphone, camera } = this.parts.options;
    try {
      if (microphone) await this.room.localParticipant.setMicrophoneEnabled(true);
      if (camera && !this.audioOnly.value) await this.room.localParticipant.setCameraEnabled(true);
    } catch (thrown) {
      // One can take part without a device; the switches show that it is off.
      console.warn('A device does not work.', thrown instanceof Error ? thrown.message : thrown);
    }
    this.soundBlocked.value = !this.room.canPlaybackAudio;
    this.draw();
  }

  private showLobby(guests: Entrance['lobby']['value']): void {
    this.waiting.value = guests
      .filter((guest) => guest.state === 'waiting')
      .map((guest) => ({
        id: guest.guest_id,
        name: guest.name,
        avatarId: guest.guest_id,
        hasKey: this.parts.entrance.hasProved(guest.guest_id),
      }));
  }

  /** Recomputes what screens see, once for all changes of this turn. */
  private draw(): void {
    if (this.drawing) return;
    this.drawing = true;
    queueMicrotask(() => {
      this.drawing = false;
      if (this.isOver()) return;
      batch(() => this.drawNow());
    });
  }

  private drawNow(): void {
    const local = this.room.localParticipant;
    this.microphone.value = local.isMicrophoneEnabled;
    this.camera.value = local.isCameraEnabled;
    this.screen.value = local.isScreenShareEnabled;
    const people = peopleOf({
      room: this.room,
      before: this.people.value,
      words: this.words,
      epoch: this.epoch?.number,
      changing: this.parts.now() - this.epochSince < changeTime,
      ownHand: this.hand.value,
      unreadable: this.unreadable,
      known: this.parts.known,
    });
    this.people.value = people;
    this.privacy.value = {
      encrypted: this.epoch !== undefined && this.room.isE2EEEnabled,
      people: people.map(({ id, name, userId, guest, canDecrypt }) => ({
        id,
        name,
        guest,
        canDecrypt,
        ...(userId === undefined ? {} : { userId }),
      })),
    };
  }

  private isOver(): boolean {
    return over.has(this.state.value);
  }

  private async finish(state: CallState): Promise<void> {
    if (this.isOver()) return;
    this.leaving = true;
    this.state.value = state;
    for (const stop of this.stops.splice(0)) stop();
    this.keys.stop();
    this.meter.stop();
    await this.room.disconnect(true);
    this.worker.terminate();
    try {
      await this.parts.entrance.leave();
    } catch (thrown) {
      console.warn('The room is told later.', thrown instanceof Error ? thrown.message : thrown);
    }
  }
}

const over: ReadonlySet<CallState> = new Set([
  'ended',
  'removed',
  'lost',
  'refused',
  'unavailable',
  'forbidden',
]);

function captureOf(deviceId: string | undefined): { deviceId?: string } {
  return deviceId === undefined ? {} : { deviceId };
}

function endOf(reason: DisconnectReason | undefined): CallState {
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

function failureState(thrown: unknown): CallState {
  if (!(thrown instanceof MatrixError)) return 'lost';
  if (thrown.kind === 'cancelled') return 'ended';
  if (thrown.kind === 'denied') return 'refused';
  if (thrown.kind === 'network') return 'lost';
  return thrown.status === 403 || thrown.status === 401 ? 'forbidden' : 'unavailable';
}
