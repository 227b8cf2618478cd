import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { MatrixClient } from './door.ts';
import {
  encryptedChat,
  messageIn,
  openDevice,
  password,
  serverUrl,
  signIn,
  signUp,
  stopEverything,
  words,
} from './testing/people.ts';
import type { TestClient } from './testing/node-client.ts';
import { waitFor } from './testing/wait-for.ts';

// The engine against the real server: two people, two devices, real encryption. Only the screen and the browser's database are absent.

after(stopEverything);

test('an encrypted chat both ways, with reply, edit, reaction, receipt and redaction', async () => {
  const { sara, omar, roomId, hers, his } = await encryptedChat();
  await hers.sendText('السلام عليكم');
  const greeting = await waitFor('greeting', messageIn(his, 'السلام عليكم'));
  assert.equal(greeting.authenticity, 'ok');
  assert.equal(greeting.sender.name, 'سارة');
  await his.sendText('وعليكم السلام', { replyTo: greeting.eventId ?? '' });
  const answer = await waitFor('answer', messageIn(hers, 'وعليكم السلام'));
  assert.deepEqual(answer.replyTo?.preview, { kind: 'text', text: 'السلام عليكم' });

  await his.toggleReaction(greeting.eventId ?? '', '👍');
  await waitFor('reaction', () => messageIn(hers, 'السلام عليكم')()?.reactions[0]?.key === '👍');
  await his.toggleReaction(greeting.eventId ?? '', '👍');
  await waitFor('reaction taken back', () => messageIn(hers, 'السلام عليكم')()?.reactions.length === 0);

  await hers.edit(greeting.eventId ?? '', 'السلام عليكم جميعا');
  assert.equal((await waitFor('edit', messageIn(his, 'السلام عليكم جميعا'))).edited, true);
  await his.markRead();
  await waitFor('read tick', () => messageIn(hers, 'السلام عليكم جميعا')()?.send.is === 'read');
  await hers.redact(greeting.eventId ?? '');
  await waitFor('redaction', () => his.items.value.some((item) => item.type === 'redacted'));

  const clear = await serverSide(sara, roomId);
  assert.ok(clear.length > 0 && clear.every((type) => type === 'm.room.encrypted'), clear.join(' '));
  const line = await waitFor('line of the list', () =>
    omar.client.rooms.all.value.find((room) => room.roomId === roomId && room.direct?.name === 'سارة'),
  );
  assert.deepEqual(line.last?.preview, { kind: 'text', text: 'وعليكم السلام' });
});

/** Types of the messages as the server has them. */
async function serverSide({ client }: TestClient, roomId: string): Promise<string[]> {
  const path = `/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}/messages?dir=b&limit=100`;
  const { chunk } = await client.signalling.request('GET', path);
  const events = chunk as unknown as { type: string; state_key?: string }[];
  return events
    .filter((event) => event.state_key === undefined && event.type !== 'm.room.redaction')
    .map((event) => event.type);
}

test('a file goes encrypted and comes back whole', async () => {
  const { hers, his, omar, sara } = await encryptedChat();
  const bytes = crypto.getRandomValues(new Uint8Array(50_000));
  await hers.sendFile({ blob: new Blob([bytes], { type: 'application/pdf' }), name: 'تقرير.pdf' });
  const item = await waitFor('file', () =>
    his.items.value.find((known) => known.type === 'message' && known.content.kind === 'file'),
  );
  assert.ok(item.type === 'message' && item.content.kind === 'file');
  assert.equal(item.content.file.name, 'تقرير.pdf');
  assert.equal(item.content.file.size, 50_000);
  assert.equal(await omar.client.media.cached(item.content.file.source), undefined);
  const received = await omar.client.media.download(item.content.file.source);
  assert.deepEqual(new Uint8Array(await received.arrayBuffer()), bytes);
  assert.ok(await omar.client.media.cached(item.content.file.source));
  const own = hers.items.value.find((known) => known.type === 'message' && known.content.kind === 'file');
  assert.ok(own?.type === 'message' && own.content.kind === 'file');
  assert.ok(await sara.client.media.cached(own.content.file.source), 'what was sent need not be fetched');
});

test('what is written offline is delivered once, and a restart shows the history without the network', async () => {
  const { sara, hers, his, roomId } = await encryptedChat();
  await hers.sendText('before');
  await waitFor('before', messageIn(his, 'before'));
  await waitFor('echo', () => messageIn(hers, 'before')()?.eventId);
  sara.network(false);
  await hers.sendText('written offline');
  await waitFor('queued', () => sara.client.connection.queued.value === 1);
  await waitFor('offline', () => sara.client.connection.state.value === 'offline', 60_000);
  sara.network(true);
  await waitFor('delivered', messageIn(his, 'written offline'), 40_000);
  await waitFor('queue empty', () => sara.client.connection.queued.value === 0);
  await his.sendText('end');
  await waitFor('end', messageIn(hers, 'end'));
  const same = his.items.value.filter((item) => item.type === 'message' && item.content.kind === 'text');
  assert.deepEqual(
    same.map((item) => (item.type === 'message' && item.content.kind === 'text' ? item.content.body : '')),
    ['before', 'written offline', 'end'],
  );

  await sara.client.stop();
  const again = await openDevice(sara.store, false);
  assert.equal(again.client.status.value, 'signedIn');
  const room = again.client.rooms.open(roomId);
  await waitFor('history from the device', messageIn(room, 'written offline'));
});

test('a second device is verified by emoji, then reads old messages from the backup', async () => {
  const { sara, hers, his, roomId } = await encryptedChat();
  await his.sendText('old message');
  await waitFor('old message', messageIn(hers, 'old message'));
  await sara.client.encryption.setUpRecovery(words);
  await waitFor('keys saved', () => {
    const { total, saved } = sara.client.encryption.backup.value;
    return total > 0 && saved === total;
  });
  const second = await signIn(sara.username);
  const room = second.client.rooms.open(roomId);
  await waitFor('undecryptable', () => room.items.value.some((item) => item.type === 'undecryptable'));
  await waitFor('notice of the new device', () =>
    sara.client.encryption.notices.value.some((notice) => notice.is === 'newOwnDevice'),
  );

  const id = await second.client.encryption.verification.startWithOwnDevices();
  const flowOf = (client: MatrixClient) =>
    client.encryption.verifications.value.find((flow) => flow.id === id);
  await waitFor('request', () => flowOf(sara.client)?.incoming === true);
  await sara.client.encryption.verification.accept(id);
  const emojiOf = (client: MatrixClient) => () => {
    const flow = flowOf(client);
    return flow?.phase === 'compare' ? flow.emoji : undefined;
  };
  const [one, two] = await Promise.all([
    waitFor('emoji here', emojiOf(second.client)),
    waitFor('emoji there', emojiOf(sara.client)),
  ]);
  assert.equal(one.length, 7);
  assert.deepEqual(one, two);
  await second.client.encryption.verification.confirm(id);
  await sara.client.encryption.verification.confirm(id);
  await waitFor(
    'done',
    () => flowOf(second.client)?.phase === 'done' && flowOf(sara.client)?.phase === 'done',
  );
  await waitFor('signed', () => second.client.encryption.identity.value === 'here');
  await waitFor('old message from the backup', messageIn(room, 'old message'));
  await waitFor('notice gone', () => sara.client.encryption.notices.value.length === 0);
  const devices = await second.client.devices.list();
  assert.deepEqual(
    devices.map((device) => device.verified),
    ['yes', 'yes'],
  );
});

test('the recovery phrase brings everything back, a wrong one does not', async () => {
  const { sara, hers, his, roomId } = await encryptedChat();
  await his.sendText('kept');
  await waitFor('kept', messageIn(hers, 'kept'));
  const secret = await sara.client.encryption.setUpRecovery(words);
  assert.equal(secret.words.length, 12);
  await waitFor('keys saved', () => sara.client.encryption.backup.value.saved > 0);
  await sara.client.account.signOut();
  assert.deepEqual(await sara.store.range('meta'), []);

  const later = await signIn(sara.username);
  const wrong = ['wrong', ...secret.words.slice(1)].join(' ');
  await assert.rejects(later.client.encryption.recover(wrong), { kind: 'denied' });
  await later.client.encryption.recover(secret.words.join('  '));
  assert.equal(later.client.encryption.identity.value, 'here');
  const room = later.client.rooms.open(roomId);
  await waitFor('kept message', messageIn(room, 'kept'));

  const byKey = await signIn(sara.username);
  await byKey.client.encryption.recover(secret.key);
  assert.equal(byKey.client.encryption.identity.value, 'here');
});

test('an identity whose password is not given, or wrong, leaves the one there was', async () => {
  const sara = await signUp('Sara');
  const { encryption } = sara.client;
  for (const given of [undefined, 'not the password']) {
    await assert.rejects(encryption.createIdentity(async () => given));
    assert.equal(encryption.identity.value, 'here');
  }
  const { words: phrase } = await encryption.setUpRecovery(words);
  const second = await signIn(sara.username);
  await second.client.encryption.recover(phrase.join(' '));
  await waitFor('the same identity', () => second.client.encryption.identity.value === 'here');
  await encryption.createIdentity(async () => password);
  assert.equal(encryption.identity.value, 'here');
  await waitFor('a new identity', () => second.client.encryption.identity.value === 'elsewhere');
});

test('an account whose first identity the server refuses has none until one is taken', async () => {
  let refuse = true;
  const refused = Promise.withResolvers<void>();
  let tries = 0;
  const { client } = await openDevice(undefined, true, {
    fetch: async (input, init) => {
      if (!refuse || !String(input).includes('/device_signing/upload')) return fetch(input, init);
      tries += 1;
      if (tries === 2) refused.resolve();
      return Response.json({ flows: [{ stages: ['m.login.password'] }], session: 's' }, { status: 401 });
    },
  });
  const username = `first${Date.now().toString(36)}`;
  const server = await serverUrl();
  await client.account.signUp({ server, username, password, deviceName: 'Test' });
  // Once without and once with the password of the sign-up.
  await refused.promise;
  await client.devices.list();
  assert.equal(client.encryption.identity.value, 'none');
  await assert.rejects(client.encryption.setUpRecovery(words), { kind: 'encryption' });
  refuse = false;
  await client.encryption.createIdentity(async () => password);
  assert.equal(client.encryption.identity.value, 'here');
});

test('a device message reaches one device, and its sender is proved', async () => {
  const { sara, omar } = await encryptedChat();
  const from = sara.client.session.value;
  const to = omar.client.session.value;
  assert.ok(from !== undefined && to !== undefined);
  const heard = new Promise((resolve) => omar.client.signalling.onDeviceMessage('io.example.key', resolve));
  const content = { key: 'AAAA', claimed_device_id: 'FORGED' };
  const nobody = { userId: to.userId, deviceId: 'NOBODY' };
  const unreachable = await sara.client.signalling.sendToDevices([to, nobody], 'io.example.key', content);
  assert.deepEqual(unreachable, [nobody]);
  assert.deepEqual(await heard, {
    type: 'io.example.key',
    content,
    sender: from.userId,
    senderDevice: from.deviceId,
    senderSigned: true,
  });
});
