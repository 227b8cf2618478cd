import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Committed } from '@majlis/storage';
import { InteractiveAuth } from './accounts/interactive-auth.ts';
import { PasswordConfirmation } from './accounts/password-confirmation.ts';
import { Profiles } from './accounts/profiles.ts';
import { RegistrationTokens } from './accounts/registration-tokens.ts';
import { Proofs } from './accounts/proofs.ts';
import { Deactivation } from './accounts/deactivation.ts';
import { Sessions } from './accounts/sessions.ts';
import { clientEndpoints } from './client-api/endpoints.ts';
import { RateLimits, defaultRates } from './http/rate-limits.ts';
import { Router } from './http/router.ts';
import { Media } from './media/media.ts';
import type { HomeserverParts } from './parts.ts';
import { PushDelivery } from './push/delivery.ts';
import { PushGateways } from './push/gateways.ts';
import { Rulesets } from './push/rulesets.ts';
import { Unread } from './push/unread.ts';
import { Aliases } from './rooms/aliases.ts';
import { RoomCreator } from './rooms/create.ts';
import { DelayedEvents } from './rooms/delayed-events.ts';
import { Memberships } from './rooms/memberships.ts';
import { RoomDirectory } from './rooms/public-rooms.ts';
import { Renderer } from './rooms/render.ts';
import { Rooms } from './rooms/rooms.ts';
import { RoomUpgrades } from './rooms/upgrade.ts';
import { Sender } from './rooms/sender.ts';
import { Visibility } from './rooms/visibility.ts';
import { ChangeIndex } from './sync/change-index.ts';
import { Inbox } from './sync/inbox.ts';
import { KeyCounts } from './sync/key-counts.ts';
import { Connections } from './sync/sliding/connections.ts';
import { UserData } from './sync/sliding/user-data.ts';
import { Typing } from './sync/typing.ts';
import { UserRooms } from './sync/user-rooms.ts';
import { Waiters } from './sync/waiters.ts';

export interface Homeserver {
  handle(request: IncomingMessage, response: ServerResponse): void;
  /** Call once, after `storage.migrate()`. */
  start(): Promise<void>;
  /** Ends waiting requests and timers; storage is closed by whoever opened it. */
  stop(): Promise<void>;
  /** Rejects when the database does not answer. */
  health(): Promise<{ readonly waitingSyncs: number }>;
}

/** Everything inside the homeserver, wired. */
export type HomeserverServices = ReturnType<typeof createServices>;

function createServices(parts: HomeserverParts) {
  const { storage, clock, random, scheduler, options } = parts;
  const rooms = new Rooms(storage);
  const sender = new Sender(parts, rooms);
  const userRooms = new UserRooms(storage, rooms);
  const rulesets = new Rulesets(storage);
  const changes = new ChangeIndex(storage.stream.position());
  const sessions = new Sessions(parts);
  const memberships = new Memberships(parts, rooms, sender);
  const creator = new RoomCreator(parts, rooms, sender);
  const unread = new Unread(storage, rulesets);
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
    upgrades: new RoomUpgrades(parts, { rooms, sender, creator, memberships }),
    gateways,
    pushDelivery: new PushDelivery(parts, gateways, { rooms, userRooms, rulesets, unread }),
    proofs: new Proofs(parts),
    deactivation: new Deactivation(parts, sessions, memberships, userRooms),
    delayed: new DelayedEvents(parts, rooms, sender),
    renderer: new Renderer(storage, sender, clock),
    visibility: new Visibility(storage),
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
    directory: new RoomDirectory(storage, rooms),
    media: new Media(parts),
    registrationTokens: new RegistrationTokens(storage.accounts, clock),
    rateLimits,
  };
}

/** A Matrix homeserver over the parts it is given. */
export function createHomeserver(parts: HomeserverParts): Homeserver {
  let running: { router: Router; services: HomeserverServices; stop: () => void } | undefined;
  return {
    handle(request, response) {
      if (running === undefined) response.writeHead(503).end();
      else running.router.handle(request, response);
    },
    async start() {
      const services = createServices(parts);
      const unsubscribe = parts.storage.stream.subscribe((committed) => announce(services, committed));
      services.typing.onChange((roomNid) => {
        const room = services.rooms.held(roomNid);
        if (room !== undefined) services.waiters.wakeAll(room.joined);
      });
      const router = new Router(
        {
          log: parts.log,
          trustProxy: parts.options.trustProxy,
          rateLimits: services.rateLimits,
          authenticate: (token, ip, evenLocked) => services.sessions.authenticate(token, ip, evenLocked),
        },
        clientEndpoints(parts, services),
      );
      running = { router, services, stop: unsubscribe };
      await services.pushDelivery.reload();
      await services.delayed.start();
    },
    async stop() {
      running?.services.delayed.stop();
      running?.services.pushDelivery.stop();
      running?.services.waiters.close();
      running?.stop();
    },
    async health() {
      await parts.storage.ping();
      return { waitingSyncs: running?.services.waiters.size ?? 0 };
    },
  };
}

/** What was committed goes first into the memories, then to those who wait. */
function announce(services: HomeserverServices, committed: readonly Committed[]): void {
  services.rooms.apply(committed);
  services.userRooms.apply(committed);
  services.changes.apply(committed);
  services.rulesets.apply(committed);
  services.unread.apply(committed);
  services.keyCounts.apply(committed);
  services.userData.apply(committed);
  services.pushDelivery.apply(committed);
  for (const { change } of committed) wake(services, change);
}

function wake({ rooms, waiters }: HomeserverServices, change: Committed['change']): void {
  switch (change.kind) {
    case 'events':
      for (const event of change.events) {
        const room = rooms.held(event.roomNid);
        if (room !== undefined) waiters.wakeAll(room.joined);
        if (event.type === 'm.room.member' && event.stateKey !== null) waiters.wake(event.stateKey);
      }
      return;
    case 'receipt': {
      if (change.private) waiters.wake(change.userId);
      else {
        const room = rooms.held(change.roomNid);
        if (room !== undefined) waiters.wakeAll(room.joined);
      }
      return;
    }
    case 'account-data':
      waiters.wake(change.userId);
      return;
    case 'to-device':
    case 'key-counts':
      for (const { userId } of change.devices) waiters.wake(userId);
      return;
    case 'device-list':
    case 'unknown':
      // Rare, and everybody who shares a room with the user is concerned: each looks for themselves.
      waiters.wakeEverybody();
  }
}
