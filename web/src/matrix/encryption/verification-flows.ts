import {
  DeviceId,
  EventId,
  OwnUserIdentity,
  RoomId,
  Sas,
  UserId,
  VerificationMethod,
  VerificationRequestPhase,
} from '@matrix-org/matrix-sdk-crypto-wasm';
import type {
  OlmMachine,
  OutgoingVerificationRequest,
  VerificationRequest,
} from '@matrix-org/matrix-sdk-crypto-wasm';
import { MatrixError } from '../errors.ts';
import { isObject } from '../http.ts';
import type { JsonBody } from '../http.ts';
import type { VerificationPhase } from './contract.ts';
import type { EngineHost, VerificationFacts } from './engine-contract.ts';
import type { MachineRequests } from './machine-requests.ts';

interface Flow {
  readonly request: VerificationRequest;
  sas: Sas | undefined;
  starting: boolean;
  finished: boolean;
  /** The end has been told. */
  told: boolean;
}

const methods = () => [VerificationMethod.SasV1];

/** Comparing seven emoji, between own devices (to-device) and between people (in their direct chat). */
export class VerificationFlows {
  private readonly machine: OlmMachine;
  private readonly requests: MachineRequests;
  private readonly host: EngineHost;
  private readonly ownId: string;
  private readonly flows = new Map<string, Flow>();
  private readonly done: () => void;

  constructor(
    machine: OlmMachine,
    requests: MachineRequests,
    host: EngineHost,
    ownId: string,
    done: () => void,
  ) {
    this.machine = machine;
    this.requests = requests;
    this.host = host;
    this.ownId = ownId;
    this.done = done;
  }

  async withOwnDevices(deviceId: string | undefined): Promise<string> {
    const [request, outgoing] = deviceId === undefined ? await this.askAllOwn() : await this.askOne(deviceId);
    await this.requests.send(outgoing);
    return this.follow(request);
  }

  async withPerson(userId: string, roomId: string): Promise<string> {
    await this.requests.send(this.machine.queryKeysForUsers([new UserId(userId)]));
    const identity = await this.machine.getIdentity(new UserId(userId));
    if (identity === undefined || identity instanceof OwnUserIdentity) {
      throw new MatrixError('encryption', 'This person has no identity to compare with.');
    }
    const content = JSON.parse(identity.verificationRequestContent(methods())) as JsonBody;
    const message = { msgtype: 'm.key.verification.request', ...content };
    const eventId = await this.host.sendRoomEvent(roomId, 'm.room.message', message);
    return this.follow(identity.requestVerification(new RoomId(roomId), new EventId(eventId), methods()));
  }

  /** Looks at a to-device or room event that the machine has been given. */
  noticeEvent(event: JsonBody): void {
    const { sender, type, content, event_id: eventId } = event;
    if (typeof sender !== 'string' || !isObject(content)) return;
    const inRoom = type === 'm.room.message' && content['msgtype'] === 'm.key.verification.request';
    if (type === 'm.key.verification.request' || inRoom) {
      const flowId = inRoom ? eventId : content['transaction_id'];
      if (typeof flowId !== 'string') return;
      const request = this.machine.getVerificationRequest(new UserId(sender), flowId);
      if (request !== undefined && !this.flows.has(flowId)) this.follow(request);
    }
  }

  async step(id: string, step: 'accept' | 'confirm' | 'mismatch' | 'cancel' | 'dismiss'): Promise<void> {
    const flow = this.flows.get(id);
    if (flow === undefined) throw new MatrixError('encryption', 'There is no such verification.');
    switch (step) {
      case 'accept':
        await this.carry(flow.request.acceptWithMethods(methods()));
        break;
      case 'confirm':
        for (const outgoing of (await flow.sas?.confirm()) ?? []) await this.carry(outgoing);
        break;
      case 'mismatch':
        await this.carry(flow.sas?.cancelWithCode('m.mismatched_sas'));
        break;
      case 'cancel':
        await this.carry(flow.request.cancel());
        break;
      case 'dismiss':
        this.flows.delete(id);
        break;
    }
    await this.changed(id);
    await this.finish();
  }

  private async askAllOwn(): Promise<[VerificationRequest, OutgoingVerificationRequest]> {
    const identity = await this.machine.getIdentity(new UserId(this.ownId));
    if (!(identity instanceof OwnUserIdentity)) {
      throw new MatrixError('encryption', 'The account has no identity yet.');
    }
    return identity.requestVerification(methods());
  }

  private async askOne(deviceId: string): Promise<[VerificationRequest, OutgoingVerificationRequest]> {
    const device = await this.machine.getDevice(new UserId(this.ownId), new DeviceId(deviceId), 5);
    if (device === undefined) throw new MatrixError('encryption', 'This device has no encryption keys.');
    return device.requestVerification(methods());
  }

  private follow(request: VerificationRequest): string {
    const id = request.flowId;
    this.flows.set(id, { request, sas: undefined, starting: false, finished: false, told: false });
    // The machine holds its lock while it calls back, so the work waits for the next turn.
    request.registerChangesCallback(async () => {
      setTimeout(() => void this.changedSafely(id), 0);
    });
    this.publish();
    return id;
  }

  private async changedSafely(id: string): Promise<void> {
    try {
      await this.changed(id);
    } catch (thrown) {
      console.warn('A verification step failed.', thrown instanceof Error ? thrown.message : thrown);
    }
  }

  /**
   * Ends the flows that both sides have confirmed. To be called when the machine has taken in an event: only then are the signatures
   * made. They go up and come back before "done" is told, so that "verified" is true by then.
   */
  async finish(): Promise<void> {
    for (const flow of this.flows.values()) {
      if (flow.finished || !isDone(flow)) continue;
      flow.finished = true;
      try {
        await this.requests.flush();
        const userId = flow.request.otherUserId.toString();
        await this.requests.send(this.machine.queryKeysForUsers([new UserId(userId)]));
      } catch (thrown) {
        flow.finished = false; // Without the network the end is told with a later answer of sync.
        throw thrown;
      }
      flow.told = true;
      if (flow.request.isSelfVerification()) this.done();
      this.publish();
    }
  }

  /** Takes the steps that need no decision of the user, and tells what is to be seen. */
  private async changed(id: string): Promise<void> {
    const flow = this.flows.get(id);
    if (flow !== undefined) await this.advance(flow, id);
    this.publish();
  }

  private async advance(flow: Flow, id: string): Promise<void> {
    if (flow.request.isReady() && flow.request.weStarted() && flow.sas === undefined && !flow.starting) {
      flow.starting = true;
      const started = await flow.request.startSas();
      if (started !== undefined) {
        this.attach(flow, started[0], id);
        await this.carry(started[1]);
      }
      flow.starting = false;
    }
    const verification = flow.request.getVerification();
    if (!(verification instanceof Sas)) return;
    if (flow.sas === undefined) this.attach(flow, verification, id);
    if (!verification.weStarted() && !verification.hasBeenAccepted() && !verification.isCancelled()) {
      await this.carry(verification.accept());
    }
  }

  private attach(flow: Flow, sas: Sas, id: string): void {
    flow.sas = sas;
    sas.registerChangesCallback(async () => {
      setTimeout(() => void this.changedSafely(id), 0);
    });
  }

  private async carry(outgoing: OutgoingVerificationRequest | undefined): Promise<void> {
    if (outgoing !== undefined) await this.requests.send(outgoing);
    await this.requests.flush();
  }

  private publish(): void {
    this.host.emit({ is: 'verifications', list: [...this.flows].map(([id, flow]) => this.facts(id, flow)) });
  }

  private facts(id: string, flow: Flow): VerificationFacts {
    const { request, sas } = flow;
    const cancelled = request.cancelInfo ?? sas?.cancelInfo();
    const deviceId = request.otherDeviceId?.toString();
    const shown = sas?.canBePresented() === true ? sas.emoji() : undefined;
    const places = sas?.emojiIndex();
    return {
      id,
      userId: request.otherUserId.toString(),
      ...(deviceId === undefined ? {} : { deviceId }),
      ownDevices: request.isSelfVerification(),
      incoming: !request.weStarted(),
      phase: phaseOf(flow),
      ...(shown === undefined
        ? {}
        : {
            emoji: shown.map((emoji, at) => ({
              symbol: emoji.symbol,
              name: emoji.description,
              index: places?.[at] ?? 0,
            })),
          }),
      ...(cancelled === undefined
        ? {}
        : { cancelCode: cancelled.cancelCode(), cancelledByUs: cancelled.cancelledbyUs() }),
    };
  }
}

function phaseOf(flow: Flow): VerificationPhase {
  const { request, sas } = flow;
  if (request.isCancelled() || sas?.isCancelled() === true) return 'cancelled';
  if (isDone(flow)) return flow.told ? 'done' : 'confirming';
  if (sas?.haveWeConfirmed() === true) return 'confirming';
  if (sas?.canBePresented() === true) return 'compare';
  const phase = request.phase();
  return phase === VerificationRequestPhase.Created || phase === VerificationRequestPhase.Requested
    ? 'requested'
    : 'ready';
}

function isDone({ request, sas }: Flow): boolean {
  return request.isDone() || sas?.isDone() === true;
}
