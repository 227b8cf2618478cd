/**
 * How fast the server is: one JSON object a line, each beside its floor or a peer. Run alone, on an idle machine:
 * `node tests/bench/server.ts`. Peer figures are of Synapse 1.163 on two cores (docs/decisions/0002-benchmarks.md).
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { startServerProcess } from '@majlis/ops/dev';
import type { ServerProcess } from '@majlis/ops/dev';
import { BenchClient, createRoom, each, join, register, send } from './client.ts';
import type { Account } from './client.ts';
import { percentile, report } from './report.ts';

const text = 'x'.repeat(100);
const sliding = '/_matrix/client/unstable/org.matrix.simplified_msc3575/sync';

/** Resident memory of one process, in bytes. */
function residentBytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024;
}

/** Rounds of floor and server in turn, so that both meet the same moods of the machine; the first only warms up. */
const send_rounds = 8;
const send_round_ms = 3_000;
const connecting_ms = 500;

async function sendsPerSecond(
  base: string,
  sendOne: (client: BenchClient, sender: number) => Promise<void>,
): Promise<number> {
  const client = new BenchClient(base);
  const until = performance.now() + send_round_ms;
  const warm = performance.now() + connecting_ms;
  let counted = 0;
  let started = 0;
  await Promise.all(
    Array.from({ length: 64 }, async (_, sender) => {
      while (performance.now() < until) {
        await sendOne(client, sender);
        const now = performance.now();
        if (now < warm) continue;
        if (started === 0) started = now;
        counted += 1;
      }
    }),
  );
  client.close();
  return (counted * 1000) / (performance.now() - started);
}

async function durableSends(
  server: ServerProcess,
  senders: readonly Account[],
  rooms: readonly string[],
): Promise<void> {
  const floor = spawn(process.execPath, [joinPath(import.meta.dirname, 'floor.ts')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(floor.stdout, 'data')) as [Buffer];
  const body = { msgtype: 'm.text', body: text };
  const bare: number[] = [];
  const ours: number[] = [];
  for (let round = 0; round < send_rounds; round += 1) {
    bare.push(
      await sendsPerSecond(line.toString().trim(), async (client, sender) => {
        await client.json('PUT', `/_matrix/client/v3/rooms/r/send/m.room.message/${sender}`, 'token', body);
      }),
    );
    ours.push(
      await sendsPerSecond(server.url, async (client, sender) => {
        const account = senders[sender % senders.length];
        const room = rooms[sender % rooms.length];
        if (account !== undefined && room !== undefined) await send(client, account, room, text);
      }),
    );
  }
  floor.kill();
  const shares = ours.map((rate, round) => rate / (bare[round] ?? Number.NaN)).slice(1);
  report('homeserver', {
    bench: 'durable sends, 64 senders, 50 rooms, 100 characters, median of seven rounds',
    value: percentile(ours.slice(1), 0.5),
    unit: 'per second',
    beside: { bare_http_per_second: Math.round(percentile(bare.slice(1), 0.5)), synapse_per_second: 48 },
  });
  report('homeserver', {
    bench: 'durable sends, share of a bare node:http server, median of seven rounds',
    value: percentile(shares, 0.5),
    unit: 'ratio',
    beside: {
      least: Number(Math.min(...shares).toFixed(3)),
      most: Number(Math.max(...shares).toFixed(3)),
      synapse: 0.004,
    },
    goal: 0.25,
    more: true,
  });
}

interface SyncAnswer {
  next_batch: string;
  rooms?: { join?: Record<string, { timeline: { events: Array<{ event_id: string }> } }> };
}

/** Nine open long polls, fifty messages a second: from the send to the poll's answer. */
async function delivery(server: ServerProcess, people: readonly Account[], roomId: string): Promise<void> {
  const client = new BenchClient(server.url);
  const sent = new Map<string, number>();
  const waits: number[] = [];
  const work = { running: true };
  const [sender, ...readers] = people;
  if (sender === undefined) return;
  const filter = encodeURIComponent(
    JSON.stringify({ room: { timeline: { limit: 50 }, state: { lazy_load_members: true } } }),
  );
  const arrivals = new Map<string, number[]>();
  const tokens = new Map<string, string>();
  for (const reader of readers.slice(0, 9)) {
    const path = `/_matrix/client/v3/sync?filter=${filter}`;
    tokens.set(reader.token, (await client.json<SyncAnswer>('GET', path, reader.token)).next_batch);
  }
  const polls = readers.slice(0, 9).map(async (reader) => {
    let since = tokens.get(reader.token) ?? '';
    while (work.running) {
      const answer = await client.json<SyncAnswer>(
        'GET',
        `/_matrix/client/v3/sync?timeout=1000&filter=${filter}&since=${since}`,
        reader.token,
      );
      const now = performance.now();
      since = answer.next_batch;
      for (const event of answer.rooms?.join?.[roomId]?.timeline.events ?? []) {
        const list = arrivals.get(event.event_id) ?? [];
        list.push(now);
        arrivals.set(event.event_id, list);
      }
    }
  });
  await new Promise((resolve) => setTimeout(resolve, 300));
  const sends: Array<Promise<void>> = [];
  for (let index = 0; index < 300; index += 1) {
    const at = performance.now();
    sends.push(
      send(client, sender, roomId, text).then((eventId) => {
        sent.set(eventId, at);
      }),
    );
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await Promise.all(sends);
  await new Promise((resolve) => setTimeout(resolve, 300));
  work.running = false;
  await Promise.all(polls);
  for (const [eventId, at] of sent)
    for (const arrival of arrivals.get(eventId) ?? []) waits.push(arrival - at);
  client.close();
  report('homeserver', {
    bench: 'delivery to nine long polls at 50 messages a second, median',
    value: percentile(waits, 0.5),
    unit: 'ms',
    beside: {
      p99_ms: Math.round(percentile(waits, 0.99)),
      deliveries: waits.length,
      synapse_at_5_per_second_ms: 108,
    },
    goal: 15,
  });
}

async function slidingWindow(server: ServerProcess): Promise<void> {
  const client = new BenchClient(server.url);
  const account = await register(client, 'window');
  const other = await register(client, 'window-other');
  await each([...Array.from({ length: 200 }).keys()], 8, async (index) => {
    const roomId = await createRoom(client, account, `Комната ${index}`);
    await join(client, other, roomId);
    await send(client, other, roomId, text);
  });
  const body = (connection: string): object => ({
    conn_id: connection,
    lists: {
      all: {
        ranges: [[0, 19]],
        timeline_limit: 1,
        required_state: [
          ['m.room.name', ''],
          ['m.room.encryption', ''],
          ['m.room.member', '$ME'],
          ['m.room.member', '$LAZY'],
        ],
      },
    },
    extensions: {},
  });
  const times: number[] = [];
  let bytes = 0;
  for (let round = 0; round < 7; round += 1) {
    const at = performance.now();
    const answer = await client.raw('POST', sliding, account.token, body(`c${round}`), {
      'accept-encoding': 'gzip',
    });
    times.push(performance.now() - at);
    bytes = answer.bytes.length;
  }
  client.close();
  report('homeserver', {
    bench: 'first sliding window of 20 of 200 rooms, median',
    value: percentile(times, 0.5),
    unit: 'ms',
    beside: { first_ms: Number((times[0] ?? 0).toFixed(1)), synapse_ms: 114 },
    goal: 30,
  });
  report('homeserver', {
    bench: 'first sliding window of 20 of 200 rooms, gzip',
    value: bytes,
    unit: 'bytes',
    beside: { synapse_bytes: 5_500 },
    goal: 6_000,
  });
}

async function fanOut(server: ServerProcess): Promise<void> {
  const client = new BenchClient(server.url);
  const owner = await register(client, 'crier');
  const members: Account[] = [];
  await each([...Array.from({ length: 200 }).keys()], 4, async (index) => {
    members.push(await register(client, `listener${index}`));
  });
  const roomId = await createRoom(client, owner, 'Square');
  const joining = performance.now();
  await each(members, 8, async (member) => join(client, member, roomId));
  const joined = performance.now() - joining;
  const filter = encodeURIComponent(
    JSON.stringify({ room: { timeline: { limit: 1 }, state: { lazy_load_members: true } } }),
  );
  const tokens = await Promise.all(
    members.map(
      async (member) =>
        (await client.json<SyncAnswer>('GET', `/_matrix/client/v3/sync?filter=${filter}`, member.token))
          .next_batch,
    ),
  );
  const times: number[] = [];
  for (let round = 0; round < 5; round += 1) {
    const polls = members.map((member, index) =>
      client
        .json<SyncAnswer>(
          'GET',
          `/_matrix/client/v3/sync?timeout=20000&filter=${filter}&since=${tokens[index]}`,
          member.token,
        )
        .then((answer) => {
          tokens[index] = answer.next_batch;
        }),
    );
    await new Promise((resolve) => setTimeout(resolve, 500));
    const at = performance.now();
    await send(client, owner, roomId, text);
    await Promise.all(polls);
    times.push(performance.now() - at);
  }
  client.close();
  report('homeserver', {
    bench: 'a message has reached the last of 200 members, median',
    value: percentile(times, 0.5),
    unit: 'ms',
    beside: { synapse_ms: 1_298, joins_ms: Math.round(joined), synapse_joins_ms: 12_500 },
    goal: 60,
  });
}

/** Makes the server collect its garbage, so that memory measured after is memory in use. */
async function collectGarbage(server: ServerProcess): Promise<void> {
  const address = /ws:\/\/127\.0\.0\.1:\d+\/[\w-]+/.exec(server.output())?.[0];
  if (address === undefined) throw new Error('the server has no inspector to ask');
  const socket = new WebSocket(address);
  await once(socket, 'open');
  for (const id of [1, 2]) {
    const answered = once(socket, 'message');
    socket.send(JSON.stringify({ id, method: 'HeapProfiler.collectGarbage' }));
    await answered;
  }
  socket.close();
}

/** Resident memory that each waiting long poll adds. */
async function waiting(server: ServerProcess, account: Account): Promise<void> {
  const count = 2_000;
  const client = new BenchClient(server.url);
  const since = (await client.json<SyncAnswer>('GET', '/_matrix/client/v3/sync', account.token)).next_batch;
  await collectGarbage(server);
  const before = residentBytes(server.pid);
  const polls = Array.from({ length: count }, () =>
    client.raw('GET', `/_matrix/client/v3/sync?timeout=15000&since=${since}`, account.token),
  );
  await new Promise((resolve) => setTimeout(resolve, 6_000));
  await collectGarbage(server);
  const after = residentBytes(server.pid);
  await Promise.all(polls);
  client.close();
  report('homeserver', {
    bench: 'resident memory for each waiting connection',
    value: (after - before) / count,
    unit: 'bytes',
    beside: { connections: count, synapse_bytes: 35_600 },
    goal: 16_000,
  });
}

async function main(): Promise<void> {
  const data = mkdtempSync(joinPath(tmpdir(), 'majlis-bench-'));
  const options = [
    '--profile',
    'open',
    '--port',
    '0',
    '--no-web-app',
    '--data',
    data,
    '--server-name',
    'bench',
  ];
  let server = await startServerProcess(options);
  try {
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    report('ops', {
      bench: 'resident memory of the idle server',
      value: residentBytes(server.pid) / 1e6,
      unit: 'MB',
      beside: { synapse_mb: 125 },
      goal: 150,
    });
    server.signal('SIGTERM');
    await server.ended;
    const at = performance.now();
    server = await startServerProcess(options, { NODE_OPTIONS: '--inspect=127.0.0.1:0' });
    report('ops', { bench: 'second start', value: performance.now() - at, unit: 'ms', goal: 6_000 });

    const client = new BenchClient(server.url);
    const people: Account[] = [];
    for (let index = 0; index < 10; index += 1) people.push(await register(client, `person${index}`));
    const [owner] = people;
    if (owner === undefined) throw new Error('nobody registered');
    const rooms: string[] = [];
    for (let index = 0; index < 50; index += 1) {
      const roomId = await createRoom(client, owner, `Room ${index}`);
      rooms.push(roomId);
      await each(people.slice(1), 4, (person) => join(client, person, roomId));
    }
    client.close();
    await waiting(server, owner);
    await durableSends(server, people, rooms);
    await delivery(server, people, rooms[0] ?? '');
    await slidingWindow(server);
    await fanOut(server);
    report('ops', {
      bench: 'resident memory after the load',
      value: residentBytes(server.pid) / 1e6,
      unit: 'MB',
    });
  } finally {
    server.signal('SIGTERM');
    await server.ended;
    rmSync(data, { recursive: true, force: true });
  }
}

await main();
