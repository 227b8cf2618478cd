import {
  addSignature,
  defaultPowerLevels,
  eventIdOf,
  signEvent,
  type Crypto,
  type JsonObject,
  type Pdu,
  type RoomVersion,
} from '@majlis/protocol';
import { Choices, type Action, type Plan } from './actions.ts';
import { keyOf, rememberingCrypto } from './crypto.ts';
import { hostileText } from './hostile.ts';
import { randomIntent } from './intents.ts';
import { SeededRandom } from './random.ts';
import { knownVersion, trueRules, type Rules } from './rules.ts';
import { SimulatedServer } from './server.ts';

/** Which honest servers run other rules, for planted bugs. */
export interface Planted {
  rules: Rules;
  /** One honest server that has not the creator, or all. */
  where: 'one' | 'all';
}

const hostileName = 'evil.example';

/** Honest servers, perhaps a hostile one, and a network that loses, repeats and reorders. */
export class World {
  readonly honest: SimulatedServer[];
  readonly version: RoomVersion;
  readonly crypto: Crypto = rememberingCrypto();
  /** Ids of the events that honest servers have made. */
  readonly honestEvents = new Set<string>();
  roomId = '';
  private readonly hostile: SimulatedServer | undefined;
  private readonly users: string[];
  private readonly plan: Plan;
  private now = 1_000_000;

  constructor(plan: Plan, planted?: Planted) {
    this.plan = plan;
    this.version = knownVersion(plan.roomVersion);
    const names = ['a.example', 'b.example', 'c.example', 'd.example'].slice(0, plan.servers);
    this.honest = names.map((name, index) => {
      const faulty = planted?.where === 'all' || (planted?.where === 'one' && index === 1);
      return new SimulatedServer(name, this.version, this.crypto, faulty ? planted.rules : trueRules);
    });
    this.hostile = plan.hostile ? new SimulatedServer(hostileName, this.version, this.crypto) : undefined;
    this.users = [...names, ...(plan.hostile ? [hostileName] : [])].flatMap((name) => [
      `@one:${name}`,
      `@two:${name}`,
    ]);
  }

  /** The whole run: the room is made, the actions are taken, and in the end everybody has everything. */
  run(): void {
    this.createRoom();
    for (const action of this.plan.actions) this.take(action);
    this.settle();
  }

  private get servers(): SimulatedServer[] {
    return this.hostile === undefined ? this.honest : [...this.honest, this.hostile];
  }

  private createRoom(): void {
    const creator = '@one:a.example';
    const { version } = this;
    const first = this.honest[0] as SimulatedServer;
    const content: JsonObject = {
      room_version: version.id,
      ...(version.creator === 'content' ? { creator } : {}),
    };
    const room = version.roomIdIsHash ? {} : { room_id: '!room:a.example' };
    const create = signEvent(
      {
        type: 'm.room.create',
        sender: creator,
        state_key: '',
        content,
        ...room,
        depth: 1,
        prev_events: [],
        auth_events: [],
        origin_server_ts: this.now,
      },
      version,
      keyOf('a.example'),
      this.crypto,
    );
    this.roomId = version.roomIdIsHash ? '!' + create.eventId.slice(1) : '!room:a.example';
    for (const server of this.servers) server.enterRoom(this.roomId);
    this.publishToAll(create.text, create.eventId);
    const levels = defaultPowerLevels(version, [creator]);
    const users = { ...(levels['users'] as JsonObject) };
    this.users.forEach((user, index) => {
      if (user !== creator && ((this.plan.moderators >> index) & 1) === 1) users[user] = 50;
    });
    // Moderators may change levels here, so that there is something to quarrel about.
    const events = { 'm.room.power_levels': 50, 'm.room.topic': 25 };
    const start: Array<[type: string, key: string, sender: string, content: JsonObject]> = [
      ['m.room.member', creator, creator, { membership: 'join' }],
      ['m.room.power_levels', '', creator, { ...levels, users, events, invite: 25 }],
      ['m.room.join_rules', '', creator, { join_rule: 'public' }],
      ...this.users
        .filter((_, index) => index % 2 === 0 && index > 0)
        .map((user): [string, string, string, JsonObject] => [
          'm.room.member',
          user,
          user,
          { membership: 'join' },
        ]),
      ['m.room.join_rules', '', creator, { join_rule: this.plan.joinRule }],
    ];
    for (const [type, stateKey, sender, stateContent] of start) {
      this.now += 1;
      const server = this.servers.find(({ name }) => sender.endsWith(`:${name}`)) ?? first;
      const text = server.send({ type, stateKey, sender, content: stateContent }, this.now);
      if (text !== undefined) this.publishToAll(text, this.idOf(text));
    }
  }

  private publishToAll(text: string, eventId: string): void {
    this.honestEvents.add(eventId);
    for (const server of this.servers) server.receive(text);
  }

  private idOf(text: string): string {
    return eventIdOf(JSON.parse(text) as Pdu, this.version, this.crypto);
  }

  private take(action: Action): void {
    const choices = new Choices(action.choices);
    this.now += choices.below(4);
    if (action.kind === 'send') this.send(action.actor, choices);
    else if (action.kind === 'attack') this.attack(choices);
    else if (action.kind === 'deliver') this.deliver(action.actor, choices);
    else this.sync(action.actor, choices);
  }

  private send(actor: number, choices: Choices): void {
    const honestUsers = this.users.filter((user) => !user.endsWith(`:${hostileName}`));
    const sender = honestUsers[actor % honestUsers.length] as string;
    const server = this.honest.find(({ name }) => sender.endsWith(`:${name}`)) as SimulatedServer;
    const state = server.lookup(server.currentState());
    // Most of what one might want is not allowed; two more tries make the room livelier.
    let made: string | undefined;
    for (let tries = 0; tries < 3 && made === undefined; tries += 1) {
      const intent = randomIntent(sender, this.users, state, this.version, choices);
      made = server.send(intent, this.now - choices.below(6));
    }
    if (made === undefined) return;
    const text = this.vouchedFor(made);
    if (text === undefined) return;
    this.honestEvents.add(this.idOf(text));
    server.receive(text);
    this.hostile?.receive(text);
    for (const other of this.honest) if (other !== server) other.inbox.push(text);
  }

  /** A restricted join goes by the server of who vouches, which signs if it is honest. */
  private vouchedFor(text: string): string | undefined {
    const pdu = JSON.parse(text) as Pdu;
    const voucher = pdu.content['join_authorised_via_users_server'];
    if (pdu.type !== 'm.room.member' || typeof voucher !== 'string' || !this.version.restrictedJoins)
      return text;
    if (voucher.endsWith(`:${hostileName}`)) return undefined;
    return addSignature(pdu, this.version, keyOf(voucher.slice(voucher.indexOf(':') + 1))).text;
  }

  private attack(choices: Choices): void {
    const { hostile } = this;
    if (hostile === undefined) return;
    const own = this.users.filter((user) => user.endsWith(`:${hostileName}`));
    const text = hostileText(hostile, this.users, own, this.version, this.now, choices);
    hostile.receive(text);
    // It tells some and not others.
    for (const server of this.honest) if (!choices.chance(3)) server.inbox.push(text);
  }

  /** Some of what is on its way arrives, in any order; some is lost, some comes twice. */
  private deliver(actor: number, choices: Choices): void {
    const server = this.honest[actor % this.honest.length] as SimulatedServer;
    for (let count = 1 + choices.below(6); count > 0 && server.inbox.length > 0; count -= 1) {
      const [text] = server.inbox.splice(choices.below(server.inbox.length), 1);
      if (text === undefined || choices.chance(8)) continue;
      server.receive(text);
      if (choices.chance(6)) server.inbox.push(text);
    }
  }

  /** A server asks another for all it has. */
  private sync(actor: number, choices: Choices): void {
    const server = this.honest[actor % this.honest.length] as SimulatedServer;
    const other = choices.pick(this.honest);
    if (server !== other) for (const text of textsOf(other)) server.receive(text);
  }

  /** In the end every honest server has what any of them has, each in its own order. */
  private settle(): void {
    const random = new SeededRandom(this.plan.seed + 1);
    for (const server of this.honest) {
      for (const text of random.shuffled(server.inbox)) server.receive(text);
    }
    for (const server of this.honest) {
      const all = this.honest.flatMap((other) => (other === server ? [] : textsOf(other)));
      for (const text of random.shuffled(all)) server.receive(text);
    }
    // What waited for events that came later to others.
    for (const server of this.honest)
      for (const other of this.honest) for (const text of textsOf(other)) server.receive(text);
  }

  /** A server that joins when all is over, and is told everything in another order. */
  newcomer(order: number): SimulatedServer {
    const random = new SeededRandom(this.plan.seed + 100 + order);
    return this.told(`late${order}.example`, random.shuffled(this.allTexts()));
  }

  /** Everything the first server knows, parents before children. */
  allTexts(): string[] {
    return textsOf(this.honest[0] as SimulatedServer);
  }

  /** A server that is told these events in this order. */
  told(name: string, texts: readonly string[]): SimulatedServer {
    const server = new SimulatedServer(name, this.version, this.crypto);
    server.enterRoom(this.roomId);
    for (const text of texts) server.receive(text);
    return server;
  }
}

function textsOf(server: SimulatedServer): string[] {
  return [...server.events.values(), ...server.waiting.values()].map(({ text }) => text);
}
