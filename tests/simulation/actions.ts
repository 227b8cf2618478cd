import { SeededRandom } from './random.ts';

/**
 * One step of a simulation. Its numbers are read modulo whatever there is to choose from when it is taken, so that any
 * list of actions is a possible run: that is what makes a failing run small by leaving actions out.
 */
export interface Action {
  kind: 'send' | 'attack' | 'deliver' | 'sync';
  /** Which user or server acts. */
  actor: number;
  /** Which thing is done, and the choices in it. */
  choices: number[];
}

export interface Plan {
  seed: number;
  roomVersion: string;
  /** Honest servers; the first has the creator. */
  servers: number;
  /** Is there a hostile server beside them? */
  hostile: boolean;
  joinRule: string;
  /** A bit for each user who may moderate; the hostile server's too. */
  moderators: number;
  actions: Action[];
}

const versions = ['6', '7', '8', '9', '10', '11', '12', '10', '11', '12', '12'];
const joinRules = ['public', 'public', 'public', 'invite', 'knock', 'restricted', 'knock_restricted'];
const kinds: Action['kind'][] = [
  'send',
  'send',
  'send',
  'send',
  'attack',
  'attack',
  'deliver',
  'deliver',
  'deliver',
  'sync',
];

/** What happens for a seed. */
export function planOf(seed: number): Plan {
  const random = new SeededRandom(seed);
  const hostile = random.below(4) !== 0;
  const plan: Plan = {
    seed,
    roomVersion: random.pick(versions),
    servers: 2 + random.below(3),
    hostile,
    joinRule: random.pick(joinRules),
    moderators: random.below(1024),
    actions: [],
  };
  const count = 25 + random.below(60);
  for (let index = 0; index < count; index += 1) {
    const kind = random.pick(kinds);
    const choices = Array.from({ length: 10 }, () => random.next());
    plan.actions.push({ kind: kind === 'attack' && !hostile ? 'send' : kind, actor: random.next(), choices });
  }
  return plan;
}

/** The choices of an action, one after the other. */
export class Choices {
  private at = 0;
  private readonly choices: readonly number[];

  constructor(choices: readonly number[]) {
    this.choices = choices;
  }

  below(limit: number): number {
    const choice = this.choices[this.at % this.choices.length] ?? 0;
    // Other numbers the next time round, should an action ask more often than it has choices.
    const round = Math.floor(this.at / this.choices.length);
    this.at += 1;
    return ((choice ^ Math.imul(round, 0x9e3779b9)) >>> 0) % limit;
  }

  pick<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new RangeError('there is nothing to pick from');
    return item;
  }

  chance(oneIn: number): boolean {
    return this.below(oneIn) === 0;
  }
}
