import { meetingLimits, meetingsBase } from '@majlis/protocol';
import type { LinkAnswer } from '@majlis/protocol';
import type { MeetingLinkRow } from '@majlis/storage';
import type { Calls } from './calls/calls.ts';
import { forbidden, notFound } from './http/errors.ts';
import { optionalText, queryNumber, requiredText } from './http/fields.ts';
import type { KnockLimits } from './http/knock-limits.ts';
import type { Call, Route } from './http/routes.ts';
import type { Lobby } from './lobby/lobby.ts';
import type { MeetingsParts } from './parts.ts';

/** What somebody with a link and without an account can do. */
export function guestRoutes(
  parts: MeetingsParts,
  calls: Calls,
  lobby: Lobby,
  limits: KnockLimits | undefined,
): Route[] {
  const linkOf = async (call: Call): Promise<MeetingLinkRow> => {
    const link = await parts.storage.meetings.link(call.params['linkId'] ?? '');
    if (link === undefined) throw notFound('This link is not valid, or no longer');
    return link;
  };
  const guestOf = (call: Call): ReturnType<Lobby['guest']> =>
    lobby.guest(call.params['linkId'] ?? '', call.params['guestId'] ?? '', call.token);
  const path = `${meetingsBase}/links/:linkId`;
  return [
    {
      method: 'GET',
      path,
      async handle(call): Promise<LinkAnswer> {
        limits?.take(`look ${call.ip}`);
        const link = await linkOf(call);
        const { active } = await calls.meeting(link.roomId);
        return { title: link.title, active };
      },
    },
    {
      method: 'POST',
      path: `${path}/knock`,
      async handle(call) {
        limits?.take(`knock ${call.ip}`);
        const link = await linkOf(call);
        const name = requiredText(call.body, 'name', meetingLimits.name_characters);
        return lobby.knock(link, name, optionalText(call.body, 'key_offer', meetingLimits.sealed_characters));
      },
    },
    {
      method: 'GET',
      path: `${path}/guests/:guestId`,
      async handle(call) {
        const guest = await guestOf(call);
        const since = queryNumber(call.query, 'since', Number.MAX_SAFE_INTEGER);
        await lobby.waitAsGuest(
          guest,
          since,
          queryNumber(call.query, 'wait', meetingLimits.wait_ms),
          call.response,
        );
        return lobby.guestAnswer(guest.guestId, guest.roomId, since);
      },
    },
    {
      method: 'DELETE',
      path: `${path}/guests/:guestId`,
      async handle(call) {
        const guest = await guestOf(call);
        await lobby.withdraw(guest.guestId);
        return {};
      },
    },
    {
      method: 'POST',
      path: `${path}/guests/:guestId/token`,
      async handle(call) {
        const guest = await guestOf(call);
        if (guest.state === 'removed') throw forbidden('You were removed from this meeting');
        if (guest.state !== 'admitted') throw forbidden('You have not been let in');
        return calls.joinGuest(guest);
      },
    },
    {
      method: 'POST',
      path: `${path}/guests/:guestId/keys`,
      async handle(call) {
        const guest = await guestOf(call);
        lobby.sealForMembers(guest, requiredText(call.body, 'sealed', meetingLimits.sealed_characters));
        return {};
      },
    },
  ];
}
