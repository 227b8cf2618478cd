import { RequestType } from '@matrix-org/matrix-sdk-crypto-wasm';
import type {
  KeysBackupRequest,
  OlmMachine,
  OutgoingRequest,
  RoomMessageRequest,
  ToDeviceRequest,
} from '@matrix-org/matrix-sdk-crypto-wasm';
import { asMatrixError } from '../errors.ts';
import type { JsonBody } from '../http.ts';
import { Rerun } from '../turns.ts';
import type { EngineHost } from './engine-contract.ts';

const api = '/_matrix/client/v3';
const patience = 3;

/** Carries the machine's requests to the server and its answers back. */
export class MachineRequests {
  private readonly machine: OlmMachine;
  private readonly host: EngineHost;
  private readonly flushing = new Rerun(() => this.sendAll());
  private readonly underWay = new Set<string>();
  /** Requests that the server refused, by id: after a few tries they are left alone, so that they hold up nothing. */
  private readonly refusals = new Map<string, number>();
  private stopped = false;

  constructor(machine: OlmMachine, host: EngineHost) {
    this.machine = machine;
    this.host = host;
  }

  /** Sends all that waits. Callers share a run; a run that was under way is followed by another. Rejects when the network fails. */
  flush(): Promise<void> {
    return this.flushing.run();
  }

  /** The machine goes: what is under way ends without a word. */
  stop(): void {
    this.stopped = true;
  }

  private async sendAll(): Promise<void> {
    const waiting = await this.machine.outgoingRequests();
    for (const request of waiting) await this.sendWaiting(request);
  }

  private async sendWaiting(request: OutgoingRequest): Promise<void> {
    const id = request.id ?? '';
    const refusals = this.refusals.get(id) ?? 0;
    if (refusals >= patience) return;
    try {
      await this.send(request);
    } catch (thrown) {
      const error = asMatrixError(thrown, 'encryption');
      if (this.stopped || error.temporary || error.kind === 'cancelled') throw error;
      this.refusals.set(id, refusals + 1);
      console.warn('The server refused a request of the crypto machine.', error.message);
    }
  }

  /** Answers what the server answered; undefined for a room message, which is not waited for. */
  async send(request: OutgoingRequest | ToDeviceRequest): Promise<JsonBody | undefined> {
    if (request.type === RequestType.RoomMessage) {
      // Goes the way of messages, which may itself need a flush: not waited for here.
      // The machine offers it again until it is told that it was sent.
      const message = request as RoomMessageRequest;
      if (this.underWay.has(message.id)) return undefined;
      this.underWay.add(message.id);
      this.sendRoomMessage(message)
        .catch((thrown: unknown) => {
          console.warn('A verification message was not sent.', asMatrixError(thrown, 'encryption').message);
        })
        .finally(() => this.underWay.delete(message.id));
      return undefined;
    }
    const answer = await this.carry(request);
    if (request.id !== undefined) {
      await this.machine.markRequestAsSent(request.id, request.type, JSON.stringify(answer));
    }
    return answer;
  }

  private async sendRoomMessage(request: RoomMessageRequest): Promise<void> {
    const content = JSON.parse(request.body) as JsonBody;
    const eventId = await this.host.sendRoomEvent(
      request.room_id,
      request.event_type,
      content,
      request.txn_id,
    );
    await this.machine.markRequestAsSent(request.id, request.type, JSON.stringify({ event_id: eventId }));
  }

  private carry(request: OutgoingRequest | ToDeviceRequest): Promise<JsonBody> {
    const body = JSON.parse(request.body) as JsonBody;
    switch (request.type) {
      case RequestType.KeysUpload:
        return this.host.request('POST', `${api}/keys/upload`, body);
      case RequestType.KeysQuery:
        return this.host.request('POST', `${api}/keys/query`, body);
      case RequestType.KeysClaim:
        return this.host.request('POST', `${api}/keys/claim`, body);
      case RequestType.SignatureUpload:
        return this.host.request('POST', `${api}/keys/signatures/upload`, body);
      case RequestType.KeysBackup: {
        const version = encodeURIComponent((request as KeysBackupRequest).version);
        return this.host.request('PUT', `${api}/room_keys/keys?version=${version}`, body);
      }
      default: {
        const { event_type: type, txn_id: txnId } = request as ToDeviceRequest;
        const path = `${api}/sendToDevice/${encodeURIComponent(type)}/${encodeURIComponent(txnId)}`;
        return this.host.request('PUT', path, body);
      }
    }
  }
}
