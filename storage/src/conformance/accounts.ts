import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Storage } from '../contracts/storage.ts';
import { account, event, fresh, room, state, userId } from './suite.ts';

const key = (text: string): Uint8Array => new TextEncoder().encode(text.padEnd(32, '.'));

/** What holds of accounts, their sessions, media and pushers. */
export function accountsConformance(storage: () => Storage): void {
  it('gives a name once, and a token as often as it says', async () => {
    const { accounts } = storage();
    const one = userId('one');
    const make = (): Promise<boolean> =>
      accounts.create({ userId: one, passwordHash: null, isAdmin: false, isGuest: false, ts: 1 });
    const made = await Promise.all([make(), make(), make()]);
    assert.equal(made.filter(Boolean).length, 1);
    const tokenHash = key(fresh('token'));
    await accounts.addRegistrationToken({ tokenHash, makesAdmin: false, uses: 2, expiresTs: null });
    const spent = await Promise.all(
      Array.from({ length: 5 }, () =>
        accounts.createWithToken({ userId: userId('many'), passwordHash: 'x', tokenHash, ts: 1 }),
      ),
    );
    assert.deepEqual(spent.toSorted(), ['created', 'created', 'token-spent', 'token-spent', 'token-spent']);
  });

  it('trades a refresh token until what it gave is used, and ends the session when it comes back after that', async () => {
    const { accounts } = storage();
    const alice = await account(storage(), 'alice');
    const [access, refresh, nextAccess, nextRefresh] = ['a', 'r', 'na', 'nr'].map((name) => key(fresh(name)));
    assert.ok(access && refresh && nextAccess && nextRefresh);
    await accounts.openSession({
      userId: alice,
      deviceId: 'D',
      displayName: null,
      accessHash: access,
      refreshHash: refresh,
      expiresTs: null,
      ts: 1,
    });
    const trade = {
      refreshHash: refresh,
      nextAccessHash: nextAccess,
      nextRefreshHash: nextRefresh,
      expiresTs: 9,
      ts: 1,
    };
    const lost = { ...trade, nextAccessHash: key(fresh('la')), nextRefreshHash: key(fresh('lr')) };
    assert.deepEqual(await accounts.refresh(lost), { userId: alice, deviceId: 'D' });
    assert.deepEqual(await accounts.refresh(trade), { userId: alice, deviceId: 'D' });
    assert.equal(await accounts.tokenOwner(lost.nextAccessHash), undefined);
    assert.equal((await accounts.tokenOwner(nextAccess))?.userId, alice);
    assert.equal((await accounts.tokenOwner(access))?.expiresTs, 1);
    const more = { ...trade, nextAccessHash: key(fresh('x')), nextRefreshHash: key(fresh('y')) };
    assert.equal(await accounts.refresh(more), 'reused');
    assert.equal(await accounts.tokenOwner(nextAccess), undefined);
    assert.equal(await accounts.tokenOwner(access), undefined);
  });

  it('knows a replaced access token as expired for a day', async () => {
    const { accounts } = storage();
    const alice = await account(storage(), 'alice');
    const access = ['a0', 'a1', 'a2', 'a3'].map((name) => key(fresh(name)));
    const refresh = ['r0', 'r1', 'r2', 'r3'].map((name) => key(fresh(name)));
    const nth = (keys: Uint8Array[], index: number): Uint8Array => keys[index] ?? assert.fail();
    const [hour, day] = [3_600_000, 86_400_000];
    await accounts.openSession({
      userId: alice,
      deviceId: 'D',
      displayName: null,
      accessHash: nth(access, 0),
      refreshHash: nth(refresh, 0),
      expiresTs: hour,
      ts: 0,
    });
    const trade = async (index: number, ts: number): Promise<void> => {
      await accounts.refresh({
        refreshHash: nth(refresh, index - 1),
        nextAccessHash: nth(access, index),
        nextRefreshHash: nth(refresh, index),
        expiresTs: ts + hour,
        ts,
      });
      await accounts.tokenOwner(nth(access, index));
    };
    const expiries = async (): Promise<unknown[]> =>
      Promise.all(access.map(async (hash) => (await accounts.tokenOwner(hash))?.expiresTs));
    // The first was in use long after it had expired; it counts from when it was replaced.
    await trade(1, 3 * day);
    assert.deepEqual(await expiries(), [3 * day, 3 * day + hour, undefined, undefined]);
    await trade(2, 3 * day + hour);
    assert.deepEqual(await expiries(), [3 * day, 3 * day + hour, 3 * day + 2 * hour, undefined]);
    await trade(3, 4 * day);
    assert.deepEqual(await expiries(), [undefined, 3 * day + hour, 4 * day, 4 * day + hour]);
  });

  it('deletes the oldest messages of inboxes that hold too many, and none of others', async () => {
    const { accounts, encryption, stream } = storage();
    const [alice, bob] = [await account(storage(), 'alice'), await account(storage(), 'bob')];
    for (const owner of [alice, bob]) {
      await accounts.openSession({
        userId: owner,
        deviceId: 'D',
        displayName: null,
        accessHash: key(fresh('t')),
        refreshHash: null,
        expiresTs: null,
        ts: 1,
      });
    }
    const write = (to: string, number: number): Promise<boolean> =>
      encryption.putToDevice({
        sender: alice,
        senderDevice: 'D',
        txnId: fresh('txn'),
        type: 'x',
        messages: [{ userId: to, deviceId: 'D', content: String(number) }],
        ts: 1,
      });
    for (let number = 0; number < 7; number += 1) await write(bob, number);
    for (let number = 0; number < 3; number += 1) await write(alice, number);
    const inbox = async (of: string): Promise<string[]> =>
      (await encryption.toDeviceMessages(of, 'D', 0, stream.position(), 100)).map(({ content }) => content);
    assert.equal(await encryption.pruneToDevice(3, 3), 3);
    assert.equal(await encryption.pruneToDevice(3, 3), 1);
    assert.equal(await encryption.pruneToDevice(3, 3), 0);
    assert.deepEqual(await inbox(bob), ['4', '5', '6']);
    assert.deepEqual(await inbox(alice), ['0', '1', '2']);
  });

  it('closes an account for good, and knows what is left to do', async () => {
    const { accounts, closedAccounts, media, rooms, stream } = storage();
    const alice = await account(storage(), 'alice');
    await rooms.putAccountData(alice, 0, 'org.example', '{}');
    const stored = { blobKey: 'blob', contentType: 'text/plain', fileName: null, size: 1 };
    assert.equal(await media.addMedia({ mediaId: fresh('m'), owner: alice, stored, ts: 1 }), true);
    const at = await closedAccounts.closeAccount(alice, true);
    assert.equal(at, stream.position());
    assert.equal(await closedAccounts.closeAccount(alice, true), at, 'the first time counts');
    assert.deepEqual(
      (await closedAccounts.unfinishedClosings()).filter(({ userId: id }) => id === alice),
      [{ userId: alice, erase: true }],
    );
    assert.equal((await accounts.account(alice))?.deactivated, true);
    const refused = await media.addMedia({ mediaId: fresh('m'), owner: alice, stored, ts: 1 });
    assert.equal(refused, false, 'nothing is uploaded any more');
    await closedAccounts.eraseAccount(alice);
    assert.deepEqual(await rooms.accountData(alice, -1), []);
    const [one, ...others] = await media.mediaOf(alice, 10);
    assert.deepEqual([one?.blobKeys, others], [['blob'], []]);
    await media.deleteMedia([one?.mediaId ?? '']);
    await closedAccounts.finishClosing(alice);
    assert.equal(
      (await closedAccounts.unfinishedClosings()).some(({ userId: id }) => id === alice),
      false,
    );
    assert.ok((await closedAccounts.erasures()).some((one) => one.userId === alice && one.at === at));
  });

  it('knows how far each pusher has got, and what its owner missed', async () => {
    const { accounts, push, rooms, stream } = storage();
    const [alice, bob] = [await account(storage(), 'alice'), await account(storage(), 'bob')];
    const { roomNid } = await room(storage(), [alice, bob]);
    await accounts.openSession({
      userId: bob,
      deviceId: 'D',
      displayName: null,
      accessHash: key(fresh('b')),
      refreshHash: null,
      expiresTs: null,
      ts: 1,
    });
    const pusher = {
      userId: bob,
      deviceId: 'D',
      appId: 'app',
      pushkey: fresh('k'),
      settings: '{}',
      createdTs: 1,
    };
    await push.setPusher(pusher, true);
    const [set] = await push.pushers(bob);
    const begin = stream.position();
    assert.equal(set?.told, begin);
    assert.equal((await push.usersBehind(begin)).includes(bob), false);
    const [first] = await rooms.append({ events: [event(roomNid, alice)] });
    await rooms.append({ events: [event(roomNid, bob)] });
    const [third] = await rooms.append({ events: [event(roomNid, alice)] });
    assert.ok(first && third);
    assert.ok((await push.usersBehind(third.nid)).includes(bob));
    const missed = async (after: number, limit = 10): Promise<number[]> =>
      (await push.missed({ userId: bob, after, upTo: third.nid, limit })).events.map(({ nid }) => nid);
    assert.deepEqual(await missed(begin), [first.nid, third.nid], 'not the own one');
    assert.deepEqual(await missed(begin, 1), [third.nid], 'the newest of many');
    assert.deepEqual(await missed(first.nid), [third.nid]);
    await rooms.putReceipt({
      roomNid,
      userId: bob,
      receiptType: 'm.read',
      threadId: '',
      eventId: first.eventId,
      tl: first.tl,
      ts: 1,
    });
    assert.deepEqual(await missed(begin), [third.nid], 'nor what was read');
    await push.setTold([{ ...pusher, told: third.nid }]);
    await push.setTold([{ ...pusher, told: first.nid }]);
    await push.setUsersTold([{ userId: bob, told: third.nid + 5 }], [pusher]);
    assert.equal((await push.pushers(bob))[0]?.told, third.nid, 'never back, and busy ones are left alone');
    await push.setPusher({ ...pusher, settings: '{"a":1}' }, true);
    assert.equal((await push.pushers(bob))[0]?.told, third.nid, 'set again, it goes on');
    const [kicked] = await rooms.append({
      events: [state(roomNid, alice, 'm.room.member', bob, { membership: 'leave' })],
    });
    assert.ok(kicked);
    const own = await push.missed({ userId: bob, after: third.nid, upTo: kicked.nid, limit: 10 });
    assert.deepEqual(
      own.events.map(({ nid }) => nid),
      [kicked.nid],
    );
  });
}
