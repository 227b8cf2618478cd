import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MatrixError } from '../errors.ts';
import { openMemoryStore } from '../store/memory.ts';
import type { EventRecord } from '../timeline/log.ts';
import { afterOutcome, outcomeOf, readyToSend } from './outgoing.ts';
import type { OutgoingRecord } from './outgoing.ts';
import { Sender } from './sender.ts';

function record(order: number, roomId: string, state: OutgoingRecord['state'] = 'waiting'): OutgoingRecord {
  return { order, txnId: `m${order}`, roomId, time: 0, type: 'm.room.message', content: {}, state };
}

test('each room sends its first waiting message; a failed one holds nothing up', () => {
  const ready = readyToSend([
    record(1, 'a', 'failed'),
    record(2, 'a'),
    record(3, 'a'),
    record(4, 'b'),
    record(5, 'b'),
  ]);
  assert.deepEqual(
    ready.map(({ order }) => order),
    [2, 4],
  );
});

test('only a refusal that time does not cure fails a message', () => {
  const server = (status: number) => outcomeOf(new MatrixError('server', '', { status })).is;
  assert.equal(server(403), 'refused');
  assert.equal(server(413), 'refused');
  assert.equal(server(429), 'later');
  assert.equal(server(502), 'later');
  assert.equal(server(401), 'later', 'after the next sign-in');
  assert.equal(outcomeOf(new MatrixError('network', '')).is, 'later');
  const failed = afterOutcome(record(1, 'a'), outcomeOf(new MatrixError('server', 'no', { status: 403 })));
  assert.deepEqual([failed.state, failed.failure?.status], ['failed', 403]);
});

interface Attempt {
  readonly record: OutgoingRecord;
  succeed(eventId: string): void;
  fail(error: MatrixError): void;
}

async function makeSender(
  store = openMemoryStore(),
  failed: (error: MatrixError) => void = (error) => assert.fail(error),
) {
  const attempts: Attempt[] = [];
  let tell = () => undefined as void;
  let ids = 0;
  const sender = new Sender({
    store,
    now: () => 7,
    ownId: '@own:s',
    newTransactionId: () => `t${(ids += 1)}`,
    deliver: (outgoing) =>
      new Promise((resolve, reject) => {
        attempts.push({ record: outgoing, succeed: resolve, fail: reject });
        tell();
      }),
    changed: () => undefined,
    failed,
  });
  await sender.restore();
  const attempt = async (at: number): Promise<Attempt> => {
    while (attempts[at] === undefined) await new Promise<void>((resolve) => (tell = resolve));
    return attempts[at];
  };
  return { sender, attempt, attempts, store };
}

const message = (body: string) => ({
  roomId: '!r',
  type: 'm.room.message',
  content: { msgtype: 'm.text', body },
});

test('what was written offline goes out in order after a restart, under the same transaction ids', async () => {
  const first = await makeSender();
  await first.sender.enqueue(message('one'));
  await first.sender.enqueue(message('two'));
  first.sender.stop();
  assert.equal(first.attempts.length, 0, 'nothing goes before the start');

  const again = await makeSender(first.store);
  assert.equal(again.sender.queued.value, 2);
  again.sender.start();
  const one = await again.attempt(0);
  assert.equal(one.record.txnId, 't1');
  assert.equal(again.attempts.length, 1, 'the second waits for the first');
  one.succeed('$1');
  const two = await again.attempt(1);
  assert.equal(two.record.txnId, 't2');
  two.succeed('$2');
  again.sender.stop();
});

test('a message without an answer is tried again with the same id, and its echo settles it', async () => {
  const { sender, attempt, store } = await makeSender();
  sender.start();
  await sender.enqueue(message('one'));
  (await attempt(0)).fail(new MatrixError('network', 'gone'));
  await new Promise<void>((resolve) => setImmediate(resolve));
  sender.kick();
  const second = await attempt(1);
  assert.equal(second.record.txnId, 't1');
  const echo: EventRecord = {
    index: 0,
    event: {
      event_id: '$1',
      type: 'm.room.message',
      sender: '@own:s',
      origin_server_ts: 1,
      content: {},
      unsigned: { transaction_id: 't1' },
    },
  };
  await sender.settle([echo]);
  assert.deepEqual(sender.inRoom('!r'), []);
  assert.equal(sender.sentFromHere.get('$1'), 't1');
  second.succeed('$1');
  await new Promise<void>((resolve) => setImmediate(resolve));
  assert.deepEqual(await store.range('outgoing'), [], 'a late answer brings nothing back');
  sender.stop();
});

test('a queued message can be taken back, one on its way cannot', async () => {
  const { sender, attempt } = await makeSender();
  const waiting = await sender.enqueue(message('one'));
  assert.equal(await sender.cancel(waiting), true);
  assert.equal(sender.queued.value, 0);
  sender.start();
  const going = await sender.enqueue(message('two'));
  const running = await attempt(0);
  assert.equal(await sender.cancel(going), false);
  running.succeed('$2');
  sender.stop();
});

test('an edit, a reaction and a redaction that are refused are told and leave nothing that looks done', async () => {
  const told = new Set<string | undefined>();
  const { sender, attempt, store } = await makeSender(openMemoryStore(), (error) => told.add(error.errcode));
  sender.start();
  const about = (type: string) => ({ 'm.relates_to': { rel_type: type, event_id: '$1', key: '👍' } });
  const additions = [
    { ...message('* new'), content: { ...message('* new').content, ...about('m.replace') } },
    { roomId: '!r', type: 'm.reaction', content: about('m.annotation') },
    { roomId: '!r', type: 'm.room.redaction', redacts: '$1', content: {} },
  ];
  for (const [at, addition] of additions.entries()) {
    await sender.enqueue(addition);
    (await attempt(at)).fail(new MatrixError('server', 'no', { status: 403, errcode: `M_${at}` }));
    await new Promise<void>((resolve) => setImmediate(resolve));
    assert.deepEqual(sender.inRoom('!r'), []);
  }
  assert.deepEqual(await store.range('outgoing'), []);
  assert.deepEqual([...told], ['M_0', 'M_1', 'M_2']);
  await sender.enqueue(message('words'));
  (await attempt(3)).fail(new MatrixError('server', 'no', { status: 403 }));
  await new Promise<void>((resolve) => setImmediate(resolve));
  assert.equal(sender.inRoom('!r')[0]?.state, 'failed', 'a message stays, to be sent again or taken back');
  sender.stop();
});
