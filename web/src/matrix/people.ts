import { computed } from '@preact/signals-core';
import type { ReadonlySignal } from '@preact/signals-core';
import type { DeviceFacts, Devices, People, Person } from './door.ts';
import type { AskPassword } from './encryption/contract.ts';
import { isObject } from './http.ts';
import { ignoredType } from './rooms/room-book.ts';
import { localpart } from './rooms/record.ts';
import { uploadBlob } from './sending/attachments.ts';
import { withPassword } from './session/authenticate.ts';
import type { CurrentSession } from './session/current.ts';

const nobody: ReadonlySet<string> = new Set();

export class PeopleDoor implements People {
  readonly own: ReadonlySignal<Person | undefined>;
  readonly ignored: ReadonlySignal<ReadonlySet<string>>;
  private readonly current: CurrentSession;

  constructor(current: CurrentSession) {
    this.current = current;
    this.ignored = computed(() => current.signal.value?.book.ignored.value ?? nobody);
    this.own = computed(() => current.signal.value?.profile.value);
  }

  async setDisplayName(name: string): Promise<void> {
    await this.setField('displayname', name);
  }

  async setPicture(picture: Blob | undefined): Promise<void> {
    const session = this.current.need();
    await this.setField('avatar_url', picture === undefined ? '' : await uploadBlob(picture, session.http));
  }

  async search(term: string, limit = 10): Promise<readonly Person[]> {
    const session = this.current.need();
    const { results } = await session.http.request('POST', '/_matrix/client/v3/user_directory/search', {
      body: { search_term: term, limit },
    });
    if (!Array.isArray(results)) return [];
    return results.filter(isObject).map((result) => {
      const userId = String(result['user_id']);
      const { display_name: name, avatar_url: picture } = result;
      return {
        userId,
        name: typeof name === 'string' && name !== '' ? name : localpart(userId),
        ...(typeof picture === 'string' && picture.startsWith('mxc://') ? { picture } : {}),
      };
    });
  }

  profile(userId: string): Promise<Person> {
    return this.current.need().profileOf(userId);
  }

  met(userId: string): Person | undefined {
    return this.current.need().met(userId);
  }

  async setIgnored(userId: string, ignored: boolean): Promise<void> {
    await this.current.need().changeAccountDatum(ignoredType, (content) => {
      const listed = content['ignored_users'];
      const { [userId]: known, ...others } = isObject(listed) ? listed : {};
      const people = ignored ? { ...others, [userId]: known ?? {} } : others;
      return { ...content, ignored_users: people };
    });
  }

  private async setField(field: string, value: string): Promise<void> {
    const session = this.current.need();
    const user = encodeURIComponent(session.own.userId);
    await session.http.request('PUT', `/_matrix/client/v3/profile/${user}/${field}`, {
      body: { [field]: value },
    });
    await session.fetchProfile();
  }
}

export class DevicesDoor implements Devices {
  private readonly current: CurrentSession;

  constructor(current: CurrentSession) {
    this.current = current;
  }

  list(): Promise<readonly DeviceFacts[]> {
    return this.current.need().devices();
  }

  async rename(deviceId: string, name: string): Promise<void> {
    const path = `/_matrix/client/v3/devices/${encodeURIComponent(deviceId)}`;
    await this.current.need().http.request('PUT', path, { body: { display_name: name } });
  }

  async remove(deviceIds: readonly string[], askPassword: AskPassword): Promise<void> {
    const session = this.current.need();
    await withPassword(session.own.userId, askPassword, (auth) =>
      session.http.request('POST', '/_matrix/client/v3/delete_devices', {
        body: auth === undefined ? { devices: deviceIds } : { devices: deviceIds, auth },
      }),
    );
  }
}
