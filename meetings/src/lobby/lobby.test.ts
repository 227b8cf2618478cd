import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { MeetingGuestRow, MeetingStore } from '@majlis/storage';
import { silence_max_ms } from './attendance.ts';
import { Lobby } from './lobby.ts';

const link = { linkId: 'link', roomId: '!room', title: '', createdBy: '@a:b', createdTs: 0 };

/** Guests in memory, as the lobby of one link asks for them. */
function guestBook(): { rows: Map<string, MeetingGuestRow>; meetings: MeetingStore } {
  const rows = new Map<string, MeetingGuestRow>();
  const meetings: Partial<MeetingStore> = {
    addGuest: (row) => Promise.resolve(rows.set(row.guestId, row).size > 0),
    presentGuests: () => Promise.resolve([...rows.values()]),
    removeWaitingGuest: (guestId) => Promise.resolve(rows.delete(guestId) ? link.roomId : undefined),
  };
  return { rows, meetings: meetings as MeetingStore };
}

it('those who watch hear that a guest has been silent for too long, also after a new start', async () => {
  const { rows, meetings } = guestBook();
  const planned: { ms: number; work: () => void }[] = [];
  const parts = {
    storage: { meetings } as ConstructorParameters<typeof Lobby>[0]['storage'],
    clock: { now: () => 1 },
    random: { bytes: (count: number) => new Uint8Array(count).fill(planned.length) },
    scheduler: {
      after: (ms: number, work: () => void) => {
        planned.push({ ms, work });
        return () => undefined;
      },
    },
    log: { info() {}, warn() {}, error: assert.fail },
  };
  await new Lobby(parts).knock(link, 'ضيف', undefined);

  const lobby = new Lobby(parts);
  const { version, guests } = await lobby.lobbyAnswer(link.roomId, 0);
  assert.equal(guests.length, 1);
  const last = planned.at(-1);
  assert.equal(planned.length, 2);
  assert.equal(last?.ms, silence_max_ms);
  last?.work();
  await new Promise(setImmediate);
  assert.equal(rows.size, 0);
  const answer = await lobby.lobbyAnswer(link.roomId, version);
  assert.ok(answer.version > version);
  assert.deepEqual(answer.guests, []);
});
