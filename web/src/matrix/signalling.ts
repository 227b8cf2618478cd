import { computed } from '@preact/signals-core';
import type { ReadonlySignal } from '@preact/signals-core';
import type { DeviceAddress, DeviceMessage, JsonContent, Person, Signalling, StateEvent } from './door.ts';
import { loadMembers } from './rooms/members.ts';
import type { CurrentSession } from './session/current.ts';
import { sameValue } from './timeline/reuse.ts';

/** What meetings need of Matrix. */
export class SignallingDoor implements Signalling {
  private readonly current: CurrentSession;

  constructor(current: CurrentSession) {
    this.current = current;
  }

  sendToDevices(
    targets: readonly DeviceAddress[],
    type: string,
    content: JsonContent,
  ): Promise<readonly DeviceAddress[]> {
    return this.current.need().desk.sendToDevices(targets, type, content);
  }

  sendToPeople(userIds: readonly string[], type: string, content: JsonContent): Promise<void> {
    return this.current.need().desk.sendToPeople(userIds, type, content);
  }

  onDeviceMessage(type: string, receive: (message: DeviceMessage) => void): () => void {
    return this.current.need().desk.onDeviceMessage(type, receive);
  }

  sendState(roomId: string, type: string, stateKey: string, content: JsonContent): Promise<string> {
    return this.current.need().sendState(roomId, type, stateKey, content);
  }

  watchState(roomId: string, type: string): ReadonlySignal<readonly StateEvent[]> {
    const session = this.current.need();
    session.watchType(type);
    const room = session.book.room(roomId);
    let last: readonly StateEvent[] = [];
    return computed(() => {
      void room.version.value;
      const next = session.stateOf(room, type);
      if (!sameValue(last, next)) last = next;
      return last;
    });
  }

  person(userId: string): Person | undefined {
    return this.current.signal.value?.person(userId);
  }

  async joinedMembers(roomId: string): Promise<readonly string[]> {
    const session = this.current.need();
    const members = await loadMembers(session.book.room(roomId), session);
    return Object.keys(members).filter((userId) => members[userId]?.membership === 'join');
  }

  async request(
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    path: string,
    body?: JsonContent,
    signal?: AbortSignal,
  ): Promise<JsonContent> {
    const { http } = this.current.need();
    const answer = await http.request(method, path, { signal, ...(body === undefined ? {} : { body }) });
    return answer as JsonContent;
  }
}
