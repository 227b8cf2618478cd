import { localpart } from './user-id.ts';
import type { CallItem, SystemChange } from '../matrix/door.ts';
import type { Say } from './say.ts';

/** What a grey line in a room says. `by` is the name of whoever did it. */
export function changeWords(change: SystemChange, by: string, say: Say): string {
  switch (change.is) {
    case 'created':
      return say('sysCreated', { name: by });
    case 'joined':
      return say('sysJoined', { name: change.subject.name });
    case 'left':
      return say('sysLeft', { name: change.subject.name });
    case 'inviteRefused':
      return say('sysInviteRefused', { name: change.subject.name });
    case 'knocked':
      return say('sysKnocked', { name: change.subject.name });
    case 'invited':
      return say('sysInvited', { by, name: change.subject.name });
    case 'removed':
      return say('sysRemoved', { by, name: change.subject.name });
    case 'banned':
      return say('sysBanned', { by, name: change.subject.name });
    case 'unbanned':
      return say('sysUnbanned', { by, name: change.subject.name });
    case 'inviteWithdrawn':
      return say('sysInviteWithdrawn', { by, name: change.subject.name });
    case 'displayName':
      return say('sysDisplayName', {
        from: change.from ?? localpart(change.subject.userId),
        to: change.to ?? localpart(change.subject.userId),
      });
    case 'picture':
      return say('sysPicture', { name: change.subject.name });
    case 'roomName':
      return say('sysRoomName', { name: by, room: change.name ?? '' });
    default:
      return roomChangeWords(change.is, by, say);
  }
}

type RoomChange = Extract<
  SystemChange['is'],
  | 'topic'
  | 'roomPicture'
  | 'encryptionOn'
  | 'powerLevels'
  | 'joinRules'
  | 'historyVisibility'
  | 'pins'
  | 'upgraded'
>;

const roomChanges = {
  topic: 'sysTopic',
  roomPicture: 'sysRoomPicture',
  powerLevels: 'sysPower',
  joinRules: 'sysJoinRules',
  historyVisibility: 'sysHistory',
  pins: 'sysPins',
} as const;

function roomChangeWords(change: RoomChange, by: string, say: Say): string {
  if (change === 'encryptionOn') return say('sysEncryption');
  if (change === 'upgraded') return say('sysUpgraded');
  return say(roomChanges[change], { name: by });
}

const calls = {
  started: 'callStarted',
  ended: 'callEnded',
  ringing: 'callRinging',
  declined: 'callDeclined',
} as const;

export function callWords(item: CallItem, say: Say): string {
  return item.change === 'ended' ? say('callEnded') : say(calls[item.change], { name: item.sender.name });
}
