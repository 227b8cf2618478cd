import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { JsonContent } from './door.ts';
import { MachineEngine } from './encryption/engine.ts';
import type { StartEncryption } from './encryption/engine-contract.ts';
import {
  encryptedChat,
  messageIn,
  openDevice,
  password,
  signIn,
  signUp,
  stopEverything,
  words,
} from './testing/people.ts';
import { waitFor } from './testing/wait-for.ts';

// Messages whose keys, or the machine for them, come later, against the real server.

after(stopEverything);

test('old messages that were met without their keys open when one comes back to them with the keys', async () => {
  const { sara, hers, roomId } = await encryptedChat();
  const count = 130; // More than stays in memory once a chat is closed.
  for (let at = 0; at < count; at += 1) await hers.sendText(`message ${at}`);
  await waitFor('all sent', () => messageIn(hers, `message ${count - 1}`)()?.eventId !== undefined, 60_000);
  const { words: phrase } = await sara.client.encryption.setUpRecovery(words);
  await waitFor('keys saved', () => {
    const { saved, total } = sara.client.encryption.backup.value;
    return saved > 0 && saved === total;
  });
  const second = await signIn(sara.username);
  const before = second.client.rooms.open(roomId);
  await waitFor('locked', () => before.items.value.some((item) => item.type === 'undecryptable'));
  while (before.older.value !== 'end') await before.loadOlder();
  assert.equal(before.items.value.filter((item) => item.type === 'undecryptable').length, count);
  before.close();
  await second.client.encryption.recover(phrase.join(' '));
  const room = second.client.rooms.open(roomId);
  await waitFor('the newest', messageIn(room, `message ${count - 1}`));
  while (room.older.value !== 'end') await room.loadOlder();
  await waitFor('the oldest', messageIn(room, 'message 0'));
  assert.ok(!room.items.value.some((item) => item.type === 'undecryptable'));
});

test('a quoted message that was fetched before it could be read is shown once it can be', async () => {
  const { sara, omar, his, hers, roomId } = await encryptedChat();
  await his.sendText('old');
  const old = (await waitFor('old', messageIn(hers, 'old'))).eventId;
  assert.ok(old !== undefined);
  const { words: phrase } = await sara.client.encryption.setUpRecovery(words);
  await waitFor('key saved', () => sara.client.encryption.backup.value.saved > 0);
  const say = async (body: string, more: JsonContent = {}) => {
    const path = `/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}/send/m.room.message/${body}`;
    const content = { msgtype: 'm.text', body, ...more };
    await omar.client.signalling.request('PUT', path, content);
  };
  // More than an answer of sync brings; not encrypted, so that they can be read before the machine is there.
  for (let at = 0; at < 25; at += 1) await say(`m${at}`);
  await say('answer', { 'm.relates_to': { 'm.in_reply_to': { event_id: old } } });

  const machine = Promise.withResolvers<void>();
  const startEncryption: StartEncryption = async (host) => {
    await machine.promise;
    return new MachineEngine(host);
  };
  const later = await openDevice(undefined, true, { startEncryption });
  const { server = '' } = sara.client.session.value ?? {};
  await later.client.account.signIn({ server, username: sara.username, password, deviceName: 'Later' });
  const room = later.client.rooms.open(roomId);
  const quote = () => messageIn(room, 'answer')()?.replyTo;
  await waitFor('the quote, locked', () => quote()?.state === 'loaded');
  machine.resolve();
  await waitFor('encryption', () => later.client.encryption.identity.value === 'elsewhere');
  await later.client.encryption.recover(phrase.join(' '));
  const open = await waitFor('the quote', () => {
    const now = quote();
    return now?.state === 'loaded' && now.preview?.kind === 'text' ? now.preview : undefined;
  });
  assert.equal(open.text, 'old');
  await waitFor(
    'an end of the restoring',
    () => later.client.encryption.backup.value.restoring === undefined,
  );
});

test('a key that the backup lacked is asked for again when the chat is opened later', async () => {
  const { sara, hers, roomId } = await encryptedChat();
  await hers.sendText('late');
  const { words: phrase } = await sara.client.encryption.setUpRecovery(words);
  await waitFor('key saved', () => {
    const { saved, total } = sara.client.encryption.backup.value;
    return saved > 0 && saved === total;
  });
  const { signalling } = sara.client;
  const { version } = await signalling.request('GET', '/_matrix/client/v3/room_keys/version');
  const place = `/_matrix/client/v3/room_keys/keys/${encodeURIComponent(roomId)}?version=${String(version)}`;
  const keys = await signalling.request('GET', place);
  await signalling.request('DELETE', place);

  let later = 0;
  const second = await openDevice(undefined, true, {
    startEncryption: async (host) => new MachineEngine(host, undefined, () => Date.now() + later),
  });
  const { server = '' } = sara.client.session.value ?? {};
  await second.client.account.signIn({ server, username: sara.username, password, deviceName: 'Second' });
  await waitFor('encryption', () => second.client.encryption.identity.value === 'elsewhere');
  await second.client.encryption.recover(phrase.join(' '));
  const before = second.client.rooms.open(roomId);
  await waitFor('locked', () => before.items.value.some((item) => item.type === 'undecryptable'));
  before.close();
  await signalling.request('PUT', place, keys);
  later = 300_000;
  await waitFor('late', messageIn(second.client.rooms.open(roomId), 'late'));
});

test('keys that could not be saved are saved when the network is back', async () => {
  let cut = false;
  let back = (): void => undefined;
  const refused = Promise.withResolvers<void>();
  let tries = 0;
  const device = await openDevice(undefined, true, {
    fetch: (input, init) => {
      if (!cut || !String(input).includes('/room_keys/keys')) return fetch(input, init);
      tries += 1;
      if (tries === 3) refused.resolve();
      return Promise.reject(new TypeError('fetch failed'));
    },
    onNetwork: (tell) => {
      back = () => tell('back');
      return () => undefined;
    },
  });
  const { client } = await signUp('Sara', device);
  await client.encryption.setUpRecovery(words);
  const room = client.rooms.open(await client.rooms.createGroup({ name: 'Notes', invite: [] }));
  cut = true;
  await room.sendText('kept');
  await refused.promise;
  assert.equal(client.encryption.backup.value.saved, 0);
  cut = false;
  back();
  await waitFor('key saved', () => client.encryption.backup.value.saved > 0);
});
