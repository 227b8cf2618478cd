import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { encryptedChat, messageIn, password, serverUrl, stopEverything } from './testing/people.ts';
import { waitFor } from './testing/wait-for.ts';

// Anybody on the server may send anything to anybody's devices: it must not come between two others.

after(stopEverything);

/** A request of somebody who does not use the app. */
async function ask<Answer>(path: string, body: object, method = 'POST', token?: string): Promise<Answer> {
  const response = await fetch(`${await serverUrl()}/_matrix/client/v3${path}`, {
    method,
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
  });
  const answer = (await response.json()) as Answer;
  assert.equal(response.status, 200, `${path}: ${JSON.stringify(answer)}`);
  return answer;
}

const nested = (depth: number): object => (depth === 0 ? {} : { a: nested(depth - 1) });
const olm = 'm.olm.v1.curve25519-aes-sha2';
const types = [
  'm.room.encrypted',
  'm.room_key',
  'm.room_key_request',
  'm.secret.request',
  'm.secret.send',
  'm.dummy',
  'm.key.verification.request',
  'm.key.verification.start',
  'm.key.verification.key',
  'm.key.verification.mac',
  'm.key.verification.cancel',
  'x'.repeat(250),
];

/** Contents that are wrong in kind, in depth or inside what looks right, for the device with this key. */
function contents(curveKey: string): object[] {
  const flow = { transaction_id: 't', from_device: 'X', methods: ['m.sas.v1'], timestamp: Date.now() };
  return [
    {},
    nested(90),
    {
      transaction_id: 1,
      from_device: 5,
      methods: 7,
      timestamp: -1,
      method: [],
      key: {},
      mac: 1,
      keys: 3,
      code: {},
    },
    {
      ...flow,
      method: 'm.sas.v1',
      hashes: ['none'],
      key_agreement_protocols: [],
      short_authentication_string: [],
    },
    { ...flow, key: '!!', mac: { a: 1 }, commitment: '', reason: '', code: 'm.user' },
    { algorithm: olm, sender_key: curveKey, ciphertext: { [curveKey]: { type: 0, body: 'AwogAAAA' } } },
    { algorithm: olm, sender_key: 1, ciphertext: [] },
    {
      algorithm: 'm.megolm.v1.aes-sha2',
      session_id: 'a',
      session_key: 'b',
      room_id: '!r:x',
      sender_key: curveKey,
    },
    {
      action: 'request',
      request_id: 'r',
      requesting_device_id: 'X',
      name: 'm.cross_signing.master',
      body: 1,
    },
    { request_id: 'r', secret: 5 },
  ];
}

test('hostile device messages do not hold up what others send', async () => {
  const { omar, hers, his } = await encryptedChat();
  await hers.sendText('before');
  await waitFor('before', messageIn(his, 'before'));
  const target = omar.client.session.value?.userId ?? '';
  const { access_token: token } = await ask<{ access_token: string }>('/register', {
    username: `stranger${Date.now()}`,
    password,
    auth: { type: 'm.login.dummy' },
  });
  const { device_keys: devices } = await ask<{
    device_keys: Record<string, Record<string, { keys: Record<string, string> }>>;
  }>('/keys/query', { device_keys: { [target]: [] } }, 'POST', token);
  const [device] = Object.entries(devices[target] ?? {});
  assert.ok(device);
  const [deviceId, { keys }] = device;
  let sent = 0;
  for (const type of types) {
    for (const content of contents(keys[`curve25519:${deviceId}`] ?? '')) {
      sent += 1;
      const messages = { [target]: { [deviceId]: content } };
      await ask(`/sendToDevice/${type}/${sent}`, { messages }, 'PUT', token);
    }
  }
  await hers.sendText('after');
  await waitFor('after', messageIn(his, 'after'));
  await his.sendText('answer');
  await waitFor('answer', messageIn(hers, 'answer'));
});
