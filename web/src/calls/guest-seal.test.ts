import assert from 'node:assert/strict';
import { test } from 'node:test';
import { linkOfOffer, makeOffer, newLinkSecret, openSealed, readOffer, sealEpoch } from './guest-seal.ts';

const epoch = { number: 7, secret: crypto.getRandomValues(new Uint8Array(32)), by: 'identity' };
const link = 'link1';

async function guestWith(secret: string) {
  const key = await makeOffer(link, secret);
  const jwk = await readOffer(key.offer, link, secret);
  assert.ok(jwk !== undefined);
  return { key, jwk };
}

test('a guest with the link gets the epoch; the offer names its link', async () => {
  const secret = newLinkSecret();
  const { key, jwk } = await guestWith(secret);
  assert.equal(linkOfOffer(key.offer), link);
  const opened = await openSealed(await sealEpoch(epoch, jwk, link, secret), key, link, secret);
  assert.deepEqual(opened, epoch);
});

test('an offer made without the secret of the link proves nothing', async () => {
  const { offer } = await makeOffer(link, newLinkSecret());
  assert.equal(await readOffer(offer, link, newLinkSecret()), undefined);
  const secret = newLinkSecret();
  const other = await makeOffer('other', secret);
  assert.equal(await readOffer(other.offer, link, secret), undefined, 'an offer for another link');
  assert.equal(await readOffer('nonsense', link, secret), undefined);
  assert.equal(linkOfOffer('nonsense'), undefined);
});

test('a box opens only for its guest and only if the sealer knew the secret', async () => {
  const secret = newLinkSecret();
  const one = await guestWith(secret);
  const two = await guestWith(secret);
  const box = await sealEpoch(epoch, one.jwk, link, secret);
  assert.equal(await openSealed(box, two.key, link, secret), undefined);
  const forged = await sealEpoch(epoch, one.jwk, link, newLinkSecret());
  assert.equal(await openSealed(forged, one.key, link, secret), undefined);
  const damaged = `${box.slice(0, -2)}${box.endsWith('AA') ? 'BB' : 'AA'}`;
  assert.equal(await openSealed(damaged, one.key, link, secret), undefined);
});

test('private parts of a key never leave with the offer', async () => {
  const { offer } = await makeOffer(link, newLinkSecret());
  const payload = JSON.parse(Buffer.from(offer.split('.')[1] ?? '', 'base64url').toString()) as {
    jwk: object;
  };
  assert.deepEqual(Object.keys(payload.jwk).sort(), ['crv', 'kty', 'x', 'y']);
});
