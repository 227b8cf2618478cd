import { encodeBase64Url, meetingLimits, meetingsBase } from '@majlis/protocol';
import type { MeetingLink } from '@majlis/protocol';
import type { MeetingLinkRow } from '@majlis/storage';
import { memberOf } from './access/requester.ts';
import type { Member } from './access/requester.ts';
import { roomRights } from './access/room-rights.ts';
import type { RoomRights } from './access/room-rights.ts';
import { deviceIdentity } from './calls/calls.ts';
import type { Calls } from './calls/calls.ts';
import { forbidden, invalidParam, notFound } from './http/errors.ts';
import { optionalText, queryNumber, requiredText } from './http/fields.ts';
import type { Call, Route } from './http/routes.ts';
import type { Lobby } from './lobby/lobby.ts';
import type { MeetingsParts } from './parts.ts';

const links_per_room_max = 100;

/** What members of a room do with its meeting. */
export function memberRoutes(parts: MeetingsParts, calls: Calls, lobby: Lobby): Route[] {
  const asked = async (call: Call): Promise<{ member: Member; rights: RoomRights }> => {
    const member = await memberOf(parts, call.token);
    return { member, rights: await roomRights(parts, call.params['roomId'] ?? '', member.userId) };
  };
  const asHost = async (call: Call): Promise<{ member: Member; rights: RoomRights }> => {
    const found = await asked(call);
    if (!found.rights.mayAdmit) throw forbidden('You may not let others in');
    return found;
  };
  const room = `${meetingsBase}/rooms/:roomId`;
  return [
    {
      method: 'POST',
      path: `${room}/join`,
      async handle(call) {
        const { member, rights } = await asked(call);
        const wanted = call.body['matrix_rtc'] ?? false;
        if (typeof wanted !== 'boolean') throw invalidParam("'matrix_rtc' must be true or false");
        // A session without a device has no such identity.
        const named = wanted && member.deviceId !== '';
        return calls.joinMember(rights, member, {
          keys: 'epochs',
          ...(named && { identity: deviceIdentity(member) }),
        });
      },
    },
    {
      method: 'GET',
      path: room,
      async handle(call) {
        const { rights } = await asked(call);
        return calls.meeting(rights.roomId);
      },
    },
    {
      method: 'POST',
      path: `${room}/links`,
      async handle(call) {
        const { member, rights } = await asHost(call);
        const title = optionalText(call.body, 'title', meetingLimits.name_characters);
        const link = {
          linkId: encodeBase64Url(parts.random.bytes(18)),
          roomId: rights.roomId,
          title: title || rights.roomName,
          createdBy: member.userId,
          createdTs: parts.clock.now(),
        };
        if (!(await parts.storage.meetings.addLink(link, links_per_room_max)))
          throw invalidParam('This room has too many links; remove some');
        return shown(link);
      },
    },
    {
      method: 'GET',
      path: `${room}/links`,
      async handle(call) {
        const { rights } = await asked(call);
        return { links: (await parts.storage.meetings.linksOf(rights.roomId)).map(shown) };
      },
    },
    {
      method: 'DELETE',
      path: `${room}/links/:linkId`,
      async handle(call) {
        const { rights } = await asHost(call);
        const link = await parts.storage.meetings.link(call.params['linkId'] ?? '');
        if (link?.roomId !== rights.roomId) throw notFound('There is no such link');
        const guests = await calls.guestsIn(rights.roomId, link.linkId);
        // First the link, then its guests: a token asked for in between must not be given.
        await parts.storage.meetings.removeLink(link.linkId);
        await calls.removeEverywhere(rights.roomId, ({ guest_id: id }) => id !== undefined && guests.has(id));
        lobby.changed(rights.roomId);
        return {};
      },
    },
    {
      method: 'GET',
      path: `${room}/lobby`,
      async handle(call) {
        const { rights } = await asked(call);
        const since = queryNumber(call.query, 'since', Number.MAX_SAFE_INTEGER);
        await lobby.wait(
          rights.roomId,
          since,
          queryNumber(call.query, 'wait', meetingLimits.wait_ms),
          call.response,
        );
        return lobby.lobbyAnswer(rights.roomId, since);
      },
    },
    {
      method: 'POST',
      path: `${room}/lobby/:guestId`,
      async handle(call) {
        const { rights } = await asHost(call);
        const { admit } = call.body;
        if (typeof admit !== 'boolean') throw invalidParam("'admit' must be true or false");
        await lobby.decide(rights.roomId, call.params['guestId'] ?? '', admit);
        return {};
      },
    },
    {
      method: 'POST',
      path: `${room}/guests/:guestId/keys`,
      async handle(call) {
        const { member, rights } = await asked(call);
        const sealed = requiredText(call.body, 'sealed', meetingLimits.sealed_characters);
        await lobby.sealForGuest(rights.roomId, call.params['guestId'] ?? '', member.userId, sealed);
        return {};
      },
    },
    {
      method: 'POST',
      path: `${room}/participants/:identity/remove`,
      async handle(call) {
        const { rights } = await asked(call);
        await calls.remove(rights, call.params['identity'] ?? '');
        lobby.changed(rights.roomId);
        return {};
      },
    },
    {
      method: 'POST',
      path: `${room}/participants/:identity/mute`,
      async handle(call) {
        const { rights } = await asked(call);
        await calls.mute(rights, call.params['identity'] ?? '');
        return {};
      },
    },
  ];
}

function shown(link: MeetingLinkRow): MeetingLink {
  return {
    link_id: link.linkId,
    room_id: link.roomId,
    title: link.title,
    created_by: link.createdBy,
    created_ts: link.createdTs,
  };
}
