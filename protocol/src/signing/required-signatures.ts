import { own, ownString } from '../json/value.ts';
import { asJson, type Pdu } from '../events/pdu.ts';
import { serverNameOf } from '../identifiers/identifiers.ts';
import type { RoomVersion } from '../room-versions/room-version.ts';
import { signingKeyIds } from './sign-json.ts';

/**
 * The servers that must have signed an event: the sender's; and that of the user in `join_authorised_via_users_server`
 * for a restricted join (rule 5.2). An invite made of a third-party invite needs none: whoever redeems it is not the
 * server of the inviter in whose name it is sent, and rule 5.4.1.7 checks the signature inside it.
 * Specification: Server-Server API, "Validating hashes and signatures on received events".
 */
export function requiredSignatures(pdu: Pdu, version: RoomVersion): string[] {
  const servers = new Set<string>();
  const sender = serverNameOf(pdu.sender);
  const isMember = pdu.type === 'm.room.member';
  const membership = isMember ? own(pdu.content, 'membership') : undefined;
  const redeemed = membership === 'invite' && own(pdu.content, 'third_party_invite') !== undefined;
  if (sender !== undefined && !redeemed) servers.add(sender);
  if (membership === 'join' && version.restrictedJoins) {
    const voucher = ownString(pdu.content, 'join_authorised_via_users_server');
    const server = voucher === undefined ? undefined : serverNameOf(voucher);
    if (server !== undefined) servers.add(server);
  }
  return [...servers];
}

/** A key somebody must have to check an event. */
export interface KeyName {
  serverName: string;
  keyId: string;
}

/** The keys by which the required signatures are made, as the event says; to be fetched before it is received. */
export function requiredKeys(pdu: Pdu, version: RoomVersion): KeyName[] {
  return requiredSignatures(pdu, version).flatMap((serverName) =>
    signingKeyIds(asJson(pdu), serverName).map((keyId) => ({ serverName, keyId })),
  );
}
