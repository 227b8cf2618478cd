import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { invitation, join, signIn, signUp, stopEverything } from '../matrix/testing/people.ts';
import { waitFor } from '../matrix/testing/wait-for.ts';
import { newLinkSecret } from './guest-seal.ts';
import { linkSharingOf } from './link-sharing.ts';
import type { LinkSharing } from './link-sharing.ts';

// Secrets of guest links over the real server and real Olm, while nobody is in a meeting.

after(stopEverything);

const learns = (sharing: LinkSharing, secret: string) =>
  new Promise<void>((resolve) => {
    sharing.onNew(() => {
      void sharing.candidates('link').then((known) => known.includes(secret) && resolve());
    });
  });

test('members learn a new link at once or when they ask; a device that nobody signed learns nothing', async () => {
  const [salma, omar, late] = [await signUp('سلمى'), await signUp('عمر'), await signUp('Late')];
  const unsigned = await signIn(omar.username);
  const [hers, his, latest, strange] = [salma, omar, late, unsigned].map(({ client }) =>
    linkSharingOf(client),
  );
  assert.ok(hers && his && latest && strange);
  const roomId = await salma.client.rooms.createGroup({ name: 'مجلس', invite: [omar.username] });
  await join(omar, roomId);
  await waitFor('two members', () => salma.client.rooms.summary(roomId).value?.members === 2);

  const secret = newLinkSecret();
  const told = learns(his, secret);
  await hers.made(roomId, 'link', secret);
  await told;

  // Whoever comes later asks; whoever knows answers, also without having made it.
  await salma.client.rooms.open(roomId).invite(late.client.session.value?.userId ?? '');
  await waitFor('invitation', invitation(late.client, roomId));
  await late.client.rooms.accept(roomId);
  await waitFor('the room', () =>
    late.client.rooms.all.value.find((room) => room.roomId === roomId && room.membership === 'join'),
  );
  await waitFor('three members', () => omar.client.rooms.summary(roomId).value?.members === 3);
  await salma.client.stop();
  const learnt = learns(latest, secret);
  const { userId, deviceId } = omar.client.session.value ?? { userId: '', deviceId: '' };
  await latest.want(roomId, 'link', [{ userId, deviceId }]);
  await learnt;
  assert.deepEqual(await strange.candidates('link'), []);
});
