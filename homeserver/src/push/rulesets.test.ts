import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { RoomStore, Storage } from '@majlis/storage';
import { Rulesets } from './rulesets.ts';

const userId = '@noor:majlis.example';

it('does not remember rules that changed while they were being read', async () => {
  const answers: Array<(text: string | undefined) => void> = [];
  const rooms: Partial<RoomStore> = { accountDataOf: () => new Promise((resolve) => answers.push(resolve)) };
  const rulesets = new Rulesets({ rooms } as unknown as Storage);
  const reading = rulesets.of(userId);
  rulesets.apply([{ position: 1, change: { kind: 'account-data', userId, roomNid: 0 } }]);
  answers.shift()?.(undefined);
  await reading;
  const again = rulesets.of(userId);
  const rule = { rule_id: '!r', default: false, enabled: true, actions: [] };
  answers.shift()?.(JSON.stringify({ global: { room: [rule] } }));
  assert.deepEqual((await again).room, [rule]);
});
