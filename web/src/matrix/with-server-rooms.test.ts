import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { MatrixClient, OpenRoom } from './door.ts';
import {
  encryptedChat,
  join,
  messageIn,
  openDevice,
  password,
  serverUrl,
  signIn,
  signUp,
  stopEverything,
} from './testing/people.ts';
import { waitFor } from './testing/wait-for.ts';

// Rooms, people and devices against the real server.

after(stopEverything);

const texts = (room: OpenRoom): string[] =>
  room.items.value.flatMap((item) =>
    item.type === 'message' && item.content.kind === 'text' ? [item.content.body] : [],
  );

test('whoever left cannot read what follows, whoever comes reads from then on', async () => {
  const sara = await signUp('Sara');
  const omar = await signUp('Omar');
  const lina = await signUp('Lina');
  const roomId = await sara.client.rooms.createGroup({ name: 'فريق', invite: [omar.username] });
  const hers = sara.client.rooms.open(roomId);
  const his = await join(omar, roomId);
  await hers.sendText('for two');
  await waitFor('for two', messageIn(his, 'for two'));
  await hers.loadMembers();
  assert.equal(hers.permissions.value.kick, true);
  await hers.invite(lina.client.session.value?.userId ?? '');
  const third = await join(lina, roomId);
  await waitFor('three members', () => hers.summary.value?.members === 3);
  await hers.sendText('for three');
  await waitFor('for three', messageIn(third, 'for three'));
  assert.equal(messageIn(third, 'for two')(), undefined);
  await hers.kick(omar.client.session.value?.userId ?? '', 'goodbye');
  await waitFor('removed', () => omar.client.rooms.summary(roomId).value?.membership === 'leave');
  await hers.sendText('without him');
  await waitFor('without him', messageIn(third, 'without him'));
  assert.equal(messageIn(his, 'without him')(), undefined);
  const line = hers.items.value.find((item) => item.type === 'system' && item.change.is === 'removed');
  assert.ok(line?.type === 'system' && line.change.is === 'removed');
  assert.equal(line.change.reason, 'goodbye');
});

test('history loads page by page, and what was missed while away falls into its gap', async () => {
  const { sara, omar, hers, his, roomId } = await encryptedChat();
  const said: string[] = [];
  const say = async (count: number) => {
    for (let step = 0; step < count; step += 1) {
      const text = `message ${said.length}`;
      said.push(text);
      await his.sendText(text);
    }
    const last = said[said.length - 1] ?? '';
    await waitFor(
      'all sent',
      () => messageIn(his, last)()?.send.is !== 'queued' && omar.client.connection.queued.value === 0,
    );
    return last;
  };
  await waitFor('first', messageIn(hers, await say(30)), 60_000);
  sara.network(false);
  await waitFor('offline', () => sara.client.connection.state.value === 'offline');
  const last = await say(45);
  sara.network(true);
  await waitFor('last', messageIn(hers, last), 60_000);
  for (let page = 0; page < 20 && hers.older.value !== 'end'; page += 1) await hers.loadOlder();
  assert.equal(hers.older.value, 'end');
  await waitFor('all messages', () => texts(hers).length === said.length);
  assert.deepEqual(texts(hers), said);
  assert.equal(hers.items.value.filter((item) => item.type === 'gap').length, 0);
  assert.ok(hers.items.value[0]?.type === 'system' && hers.items.value[0].change.is === 'created');

  await sara.client.stop();
  const again = await openDevice(sara.store, false);
  const room = again.client.rooms.open(roomId);
  await waitFor('last on the device', messageIn(room, last));
  for (let page = 0; page < 20 && room.older.value !== 'end'; page += 1) await room.loadOlder();
  assert.deepEqual(texts(room), said, 'the whole history is on the device');
});

test('two people compare emoji in their chat and are verified', async () => {
  const { sara, omar } = await encryptedChat();
  const herId = sara.client.session.value?.userId ?? '';
  const hisId = omar.client.session.value?.userId ?? '';
  const id = await sara.client.encryption.verification.startWithPerson(hisId);
  const flowOf = (client: MatrixClient) =>
    client.encryption.verifications.value.find((flow) => flow.id === id);
  const incoming = await waitFor('request', () => flowOf(omar.client));
  assert.equal(incoming.incoming, true);
  assert.equal(incoming.person.userId, herId);
  await omar.client.encryption.verification.accept(id);
  const emojiOf = (client: MatrixClient) => () =>
    flowOf(client)?.phase === 'compare' ? flowOf(client)?.emoji : undefined;
  const [one, two] = await Promise.all([
    waitFor('emoji here', emojiOf(sara.client)),
    waitFor('emoji there', emojiOf(omar.client)),
  ]);
  assert.deepEqual(one, two);
  await sara.client.encryption.verification.confirm(id);
  await omar.client.encryption.verification.confirm(id);
  await waitFor('done', () => flowOf(sara.client)?.phase === 'done' && flowOf(omar.client)?.phase === 'done');
  assert.equal(await sara.client.encryption.isVerified(hisId), true);
  assert.equal(await omar.client.encryption.isVerified(herId), true);
});

test('a verified person with a new identity stops messages until it is seen', async () => {
  const { sara, omar, hers, his } = await encryptedChat();
  const hisId = omar.client.session.value?.userId ?? '';
  const { verification } = sara.client.encryption;
  const id = await verification.startWithPerson(hisId);
  const phase = (client: MatrixClient) =>
    client.encryption.verifications.value.find((flow) => flow.id === id)?.phase;
  await waitFor('request', () => phase(omar.client) === 'requested');
  await omar.client.encryption.verification.accept(id);
  await waitFor('emoji', () => phase(sara.client) === 'compare' && phase(omar.client) === 'compare');
  await verification.confirm(id);
  await omar.client.encryption.verification.confirm(id);
  await waitFor('done', () => phase(sara.client) === 'done' && phase(omar.client) === 'done');

  await omar.client.encryption.createIdentity(async () => password);
  const notice = await waitFor('notice', () =>
    sara.client.encryption.notices.value.find((known) => known.is === 'identityChanged'),
  );
  assert.ok(notice.is === 'identityChanged' && notice.wasVerified);
  const key = await hers.sendText('are you still you?');
  await waitFor('held back', () =>
    hers.items.value.find((item) => item.type === 'message' && item.key === key && item.send.is === 'failed'),
  );
  assert.equal(messageIn(his, 'are you still you?')(), undefined);
  await sara.client.encryption.dismissNotice(notice.id);
  await hers.retry(key);
  await waitFor('sent', messageIn(his, 'are you still you?'));
});

test('unencrypted text in an encrypted room is marked, and a room stays encrypted whatever the server says', async () => {
  const { omar, hers, his, roomId } = await encryptedChat();
  const path = `/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}/send/m.room.message/forged`;
  await omar.client.signalling.request('PUT', path, { msgtype: 'm.text', body: 'in the clear' });
  const item = await waitFor('clear text', messageIn(hers, 'in the clear'));
  assert.equal(item.authenticity, 'notEncrypted');
  await his.sendText('sealed');
  assert.equal((await waitFor('sealed', messageIn(hers, 'sealed'))).authenticity, 'ok');
});

test('people are found, rooms pinned and muted, drafts kept, typing told', async () => {
  const { sara, omar, hers, his, roomId } = await encryptedChat();
  const found = await sara.client.people.search(omar.username);
  assert.equal(found[0]?.userId, omar.client.session.value?.userId);
  await sara.client.rooms.setPinned(roomId, true);
  await sara.client.rooms.setMuted(roomId, true);
  const summary = () => sara.client.rooms.summary(roomId).value;
  await waitFor('pinned and muted', () => summary()?.pinned === true && summary()?.muted === true);
  await sara.client.rooms.setMuted(roomId, false);
  await waitFor('heard again', () => summary()?.muted === false);
  hers.setDraft('not yet');
  await waitFor('draft', () => summary()?.draft === 'not yet');
  his.setTyping(true);
  await waitFor('typing', () => hers.typing.value[0]?.name === 'Omar');
  his.setTyping(false);
  await waitFor('quiet', () => hers.typing.value.length === 0);
  await sara.client.rooms.setMarkedUnread(roomId, true);
  await waitFor('marked', () => summary()?.markedUnread === true);
});

test('the own name and picture change, and others see it', async () => {
  const { sara, hers, his } = await encryptedChat();
  await sara.client.people.setDisplayName('سارة الجديدة');
  await waitFor('own name', () => sara.client.people.own.value?.name === 'سارة الجديدة');
  await hers.sendText('look');
  await waitFor('new name', () => messageIn(his, 'look')()?.sender.name === 'سارة الجديدة');
});

test('a device is renamed and removed with the password, and knows that its session ended', async () => {
  const sara = await signUp('Sara');
  const second = await signIn(sara.username);
  const deviceId = second.client.session.value?.deviceId ?? '';
  await sara.client.devices.rename(deviceId, 'حاسوب');
  const listed = (await sara.client.devices.list()).find((device) => device.deviceId === deviceId);
  assert.deepEqual([listed?.name, listed?.verified, listed?.current], ['حاسوب', 'no', false]);
  await assert.rejects(
    sara.client.devices.remove([deviceId], async () => undefined),
    { kind: 'denied' },
  );
  await sara.client.devices.remove([deviceId], async () => password);
  await waitFor('expired', () => second.client.status.value === 'expired', 40_000);
  assert.equal((await sara.client.devices.list()).length, 1);
});

test('lists of the account that two devices change at once keep what both put in', async () => {
  const sara = await signUp('Sara');
  const omar = await signUp('Omar');
  const second = await deafDevice(sara.username);
  const { people, rooms } = sara.client;
  await people.setIgnored('@first:elsewhere', true);
  await rooms.startDirect(omar.username);
  const lina = await signUp('Lina');
  // The second device has heard of neither, and changes two things at the same time itself.
  await Promise.all([
    second.people.setIgnored('@second:elsewhere', true),
    second.people.setIgnored('@third:elsewhere', true),
    second.rooms.startDirect(lina.username),
  ]);
  await second.people.setIgnored('@third:elsewhere', false);
  assert.deepEqual([...second.people.ignored.value].toSorted(), ['@first:elsewhere', '@second:elsewhere']);
  await waitFor('both on the first device', () => people.ignored.value.size === 2);
  const path = `/_matrix/client/v3/user/${sara.client.session.value?.userId ?? ''}/account_data/m.direct`;
  assert.equal(Object.keys(await sara.client.signalling.request('GET', path)).length, 2);
});

/** A further device of a person that no answer of sync reaches. */
async function deafDevice(username: string): Promise<MatrixClient> {
  const { client } = await openDevice(undefined, true, {
    fetch: (input, init) =>
      String(input).includes('/sync')
        ? new Promise((_, reject) =>
            init?.signal?.addEventListener('abort', () => reject(new Error('Ended.'))),
          )
        : fetch(input, init),
  });
  await client.account.signIn({ server: await serverUrl(), username, password, deviceName: 'Deaf' });
  return client;
}
