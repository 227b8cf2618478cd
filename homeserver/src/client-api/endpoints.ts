import type { Endpoint } from '../http/endpoint.ts';
import type { HomeserverParts } from '../parts.ts';
import type { HomeserverServices } from '../services.ts';
import { accountDataEndpoints } from './account-data/account-data.ts';
import { accountEndpoints } from './accounts/account.ts';
import { openIdEndpoints } from './accounts/openid.ts';
import { thirdPartyIdEndpoints } from './accounts/third-party-ids.ts';
import { absentEndpoints } from './discovery/absent.ts';
import { administrationEndpoints } from './moderation/administration.ts';
import { reportEndpoints } from './moderation/reports.ts';
import { presenceEndpoints } from './presence/presence.ts';
import { notifications } from './push/notifications.ts';
import { pushRuleEndpoints } from './push/push-rules.ts';
import { pusherEndpoints } from './push/pushers.ts';
import { hierarchy } from './rooms/hierarchy.ts';
import { roomSummary } from './rooms/summary.ts';
import { roomUpgrade } from './rooms/upgrade.ts';
import { search } from './search/search.ts';
import { deviceEndpoints } from './accounts/devices.ts';
import { sessionEndpoints } from './accounts/login.ts';
import { register } from './accounts/register.ts';
import { aliasEndpoints } from './directory/aliases.ts';
import { publicRoomEndpoints } from './directory/public-rooms.ts';
import { userDirectory } from './directory/users.ts';
import { discoveryEndpoints } from './discovery/versions.ts';
import { crossSigningEndpoints } from './keys/cross-signing.ts';
import { dehydratedDeviceEndpoints } from './keys/dehydrated-device.ts';
import { deviceKeyEndpoints } from './keys/device-keys.ts';
import { keyBackupEndpoints } from './keys/key-backup.ts';
import { downloadEndpoints } from './media/download.ts';
import { uploadEndpoints } from './media/upload.ts';
import { profileEndpoints } from './profiles/profile.ts';
import { createRoom } from './rooms/create-room.ts';
import { membershipEndpoints } from './rooms/membership.ts';
import { stateEndpoints } from './rooms/state.ts';
import { slidingSyncV4 } from './sync/sliding-sync-v4.ts';
import { slidingSync } from './sync/sliding-sync.ts';
import { sync } from './sync/sync.ts';
import { SlidingSync } from '../sync/sliding/sliding-sync.ts';
import { delayedEventEndpoints } from './timeline/delayed-events.ts';
import { timelineEndpoints } from './timeline/read.ts';
import { receiptEndpoints } from './timeline/receipts.ts';
import { sendEndpoints } from './timeline/send.ts';

/** Every endpoint of the Client-Server API that this server answers; all others are M_UNRECOGNIZED. */
export function clientEndpoints(parts: HomeserverParts, services: HomeserverServices): Endpoint[] {
  const { storage, options } = parts;
  const { rooms, sender, delayed, memberships, userRooms, sessions } = services;
  const syncParts = { ...parts, ...services };
  const sliding = new SlidingSync(syncParts, services.userData, services.connections);
  return [
    ...discoveryEndpoints(options),
    register(parts, sessions, services.interactiveAuth, services.registrationTokens),
    ...sessionEndpoints(parts, sessions, services.rateLimits, services.proofs, services.confirmation),
    ...accountEndpoints(
      parts,
      sessions,
      services.confirmation,
      services.deactivation,
      services.registrationTokens,
    ),
    ...thirdPartyIdEndpoints(),
    ...openIdEndpoints(options, services.proofs),
    ...administrationEndpoints(storage, sessions),
    ...reportEndpoints(parts, rooms, services.visibility),
    ...presenceEndpoints(storage),
    ...absentEndpoints(),
    ...deviceEndpoints(storage, sessions, services.confirmation),
    ...profileEndpoints(services.profiles),
    ...accountDataEndpoints(parts, rooms),
    userDirectory(storage),
    ...aliasEndpoints(storage, options, services, services.aliases),
    ...publicRoomEndpoints(storage, options, rooms),
    ...uploadEndpoints(options, services.media),
    ...downloadEndpoints(services.media, parts.blobs),
    createRoom(parts, services.creator, memberships),
    ...membershipEndpoints(parts, rooms, services.aliases, memberships, userRooms),
    ...stateEndpoints(storage, services, sender, delayed, services.stateChecks),
    ...sendEndpoints(sender, delayed),
    ...delayedEventEndpoints(storage, delayed),
    ...timelineEndpoints(storage, services, services.renderer),
    ...receiptEndpoints(parts, rooms, services.typing),
    ...deviceKeyEndpoints(syncParts),
    ...crossSigningEndpoints(parts, services.confirmation),
    ...keyBackupEndpoints(storage),
    ...dehydratedDeviceEndpoints(parts, (userId, deviceId) => sessions.close(userId, [deviceId])),
    roomUpgrade(services.upgrades),
    hierarchy(rooms),
    roomSummary(rooms, services.aliases),
    search(syncParts),
    ...pushRuleEndpoints(services.rulesets),
    ...pusherEndpoints(parts, services.gateways, services.pushDelivery),
    notifications(syncParts),
    sync(syncParts),
    slidingSync(syncParts, sliding),
    slidingSyncV4(syncParts, sliding),
  ];
}
