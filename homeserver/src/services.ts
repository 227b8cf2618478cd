import { InteractiveAuth } from './accounts/interactive-auth.ts';
import { PasswordConfirmation } from './accounts/password-confirmation.ts';
import { Profiles } from './accounts/profiles.ts';
import { RegistrationTokens } from './accounts/registration-tokens.ts';
import { Proofs } from './accounts/proofs.ts';
import { Deactivation } from './accounts/deactivation.ts';
import { Sessions } from './accounts/sessions.ts';
import { RateLimits, defaultRates } from './http/rate-limits.ts';
import { Media } from './media/media.ts';
import type { HomeserverParts } from './parts.ts';
import { PushDelivery } from './push/delivery.ts';
import { PushGateways } from './push/gateways.ts';
import { Rulesets } from './push/rulesets.ts';
import { Unread } from './push/unread.ts';
import { Aliases } from './rooms/aliases.ts';
import { RoomCreator } from './rooms/create.ts';
import { DelayedEvents } from './rooms/delayed-events.ts';
import { Erasures } from './rooms/erasures.ts';
import { IgnoredPeople } from './rooms/ignored-people.ts';
import { Memberships } from './rooms/memberships.ts';
import { Renderer } from './rooms/render.ts';
import { Rooms } from './rooms/rooms.ts';
import { RoomUpgrades } from './rooms/upgrade.ts';
import { Sender } from './rooms/sender.ts';
import { StateChecks } from './rooms/state-checks.ts';
import { Visibility } from './rooms/visibility.ts';
import { ChangeIndex } from './sync/change-index.ts';
import { Inbox } from './sync/inbox.ts';
import { KeyCounts } from './sync/key-counts.ts';
import { Connections } from './sync/sliding/connections.ts';
import { UserData } from './sync/sliding/user-data.ts';
import { Typing } from './sync/typing.ts';
import { UserRooms } from './sync/user-rooms.ts';
import { Waiters } from './sync/waiters.ts';
import { Upkeep } from './upkeep.ts';

/** Everything inside the homeserver, wired. */
export type HomeserverServices = ReturnType<typeof createServices>;

/** Makes what the endpoints draw on, in the order of who needs whom. */
export function createServices(parts: HomeserverParts) {
  const { storage, clock, random, scheduler, options } = parts;
  const rooms = new Rooms(storage);
  const sender = new Sender(parts, rooms);
  const userRooms = new UserRooms(storage, rooms);
  const rulesets = new Rulesets(storage);
  const changes = new ChangeIndex(storage.stream.position());
  const sessions = new Sessions(parts);
  const memberships = new Memberships(parts, rooms, sender);
  const stateChecks = new StateChecks(storage, memberships);
  const creator = new RoomCreator(parts, rooms, sender);
  const erasures = new Erasures(storage);
  const ignoredPeople = new IgnoredPeople(storage);
  const media = new Media(parts);
  const unread = new Unread(storage, rulesets, ignoredPeople);
  const gateways = new PushGateways(parts);
  const interactiveAuth = new InteractiveAuth(clock, random);
  const rateLimits = new RateLimits(options.rateLimits ? defaultRates : undefined, clock);
  return {
    rooms,
    sender,
    userRooms,
    rulesets,
    changes,
    creator,
    memberships,
    stateChecks,
    upgrades: new RoomUpgrades(parts, { rooms, sender, creator, memberships }),
    gateways,
    pushDelivery: new PushDelivery(parts, gateways, { rooms, userRooms, unread }),
    proofs: new Proofs(parts),
    erasures,
    ignoredPeople,
    deactivation: new Deactivation(parts, { sessions, memberships, userRooms, media, erasures }),
    delayed: new DelayedEvents(parts, { rooms, sender, stateChecks }),
    upkeep: new Upkeep(parts),
    renderer: new Renderer(storage, sender, clock),
    visibility: new Visibility(storage, erasures, ignoredPeople),
    unread,
    typing: new Typing(scheduler),
    waiters: new Waiters(scheduler),
    inbox: new Inbox(storage, changes),
    keyCounts: new KeyCounts(storage),
    userData: new UserData(storage),
    connections: new Connections(clock.now()),
    sessions,
    interactiveAuth,
    confirmation: new PasswordConfirmation(storage, interactiveAuth, rateLimits),
    profiles: new Profiles(parts, rooms, sender, userRooms),
    aliases: new Aliases(parts, rooms, sender),
    media,
    registrationTokens: new RegistrationTokens(storage.accounts, clock),
    rateLimits,
  };
}
