import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Committed } from '@majlis/storage';
import { clientEndpoints } from './client-api/endpoints.ts';
import { Router } from './http/router.ts';
import type { HomeserverParts } from './parts.ts';
import { createServices } from './services.ts';
import type { HomeserverServices } from './services.ts';

export interface Homeserver {
  handle(request: IncomingMessage, response: ServerResponse): void;
  /** Call once, after `storage.migrate()`. */
  start(): Promise<void>;
  /** Ends waiting requests and timers; storage is closed by whoever opened it. */
  stop(): Promise<void>;
  /** Rejects when the database does not answer. */
  health(): Promise<{ readonly waitingSyncs: number }>;
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
      await services.erasures.load();
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
      await services.pushDelivery.start();
      await services.delayed.start();
      await services.deactivation.start();
      services.upkeep.start();
    },
    async stop() {
      running?.services.delayed.stop();
      running?.services.typing.clear();
      running?.services.media.stop();
      running?.services.waiters.close();
      running?.stop();
      await running?.services.upkeep.stop();
      await running?.services.deactivation.stop();
      await running?.services.pushDelivery.stop();
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
  services.ignoredPeople.apply(committed);
  services.unread.apply(committed);
  services.keyCounts.apply(committed);
  services.userData.apply(committed);
  services.pushDelivery.apply(committed);
  for (const { change } of committed) wake(services, change);
}

function wake({ rooms, waiters, typing }: HomeserverServices, change: Committed['change']): void {
  switch (change.kind) {
    case 'events':
      for (const event of change.events) {
        const room = rooms.held(event.roomNid);
        if (room !== undefined) waiters.wakeAll(room.joined);
        // It left the memory while this was written: each looks for themselves.
        else waiters.wakeEverybody();
        if (event.type !== 'm.room.member' || event.stateKey === null) continue;
        if (room?.joined.has(event.stateKey) !== true) typing.stop(event.roomNid, event.stateKey);
        waiters.wake(event.stateKey);
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
