/**
 * 预演: past requests through the catalogue in use and through a new one, before the new one is published. What comes out names
 * requests by their line and units by their id; no word of a citizen's is in it.
 */
import type { District } from '#schemas/district.ts';
import type { RoutingDecision, RoutingRule } from '#schemas/routing.ts';
import type { ReadText } from './choose-row.ts';
import { route } from './route.ts';
import type { RouteInput } from './verdict.ts';

export interface Side {
  readonly owner: string;
  readonly categoryCode?: string;
  readonly rule: RoutingRule;
  /** Names places, rows and units only. */
  readonly sentence: string;
}

/** `toDesk`: the desk has to decide what was sure before; `fromDesk`: the other way round. */
export type Move = 'owner' | 'toDesk' | 'fromDesk';

export interface ChangedOwner {
  /** In the history, from 1. */
  readonly line: number;
  readonly move: Move;
  readonly before: Side;
  readonly after: Side;
}

export interface Load {
  readonly id: string;
  readonly before: number;
  readonly after: number;
}

export interface RehearsalReport {
  readonly versions: { readonly before: string; readonly after: string };
  readonly requests: number;
  /** In the order of the history. */
  readonly changed: readonly ChangedOwner[];
  readonly toDesk: number;
  readonly fromDesk: number;
  /** Same owner, another sub-class. */
  readonly recoded: number;
  /** Requests per unit, those whose number changes most first. */
  readonly load: readonly Load[];
  /** Requests per rule, in the same order. */
  readonly rules: readonly Load[];
}

/** The text model that each side reads with, if it has one. Publishing changes none; a deployment brings its own. */
export interface Readers {
  readonly before?: ReadText | undefined;
  readonly after?: ReadText | undefined;
}

export class Rehearsal {
  readonly #before: District;
  readonly #after: District;
  readonly #read: Readers;
  readonly #changed: ChangedOwner[] = [];
  readonly #load = new Tally();
  readonly #rules = new Tally();
  #requests = 0;
  #recoded = 0;

  constructor(before: District, after: District, read: Readers = {}) {
    this.#before = before;
    this.#after = after;
    this.#read = read;
  }

  add(line: number, input: RouteInput): void {
    const before = side(route(input, this.#before, this.#read.before));
    const after = side(route(input, this.#after, this.#read.after));
    this.#requests += 1;
    this.#load.count(before.owner, after.owner);
    this.#rules.count(before.rule, after.rule);
    if (before.owner !== after.owner) this.#changed.push({ line, move: this.#move(before, after), before, after });
    else if (before.categoryCode !== after.categoryCode) this.#recoded += 1;
  }

  report(): RehearsalReport {
    const moved = (move: Move) => this.#changed.filter((change) => change.move === move).length;
    return {
      versions: { before: this.#before.catalogue.version, after: this.#after.catalogue.version },
      requests: this.#requests,
      changed: this.#changed,
      toDesk: moved('toDesk'),
      fromDesk: moved('fromDesk'),
      recoded: this.#recoded,
      load: this.#load.list(),
      rules: this.#rules.list(),
    };
  }

  #move(before: Side, after: Side): Move {
    if (after.owner === this.#after.desk) return 'toDesk';
    return before.owner === this.#before.desk ? 'fromDesk' : 'owner';
  }
}

function side({ owner, categoryCode, trace }: RoutingDecision): Side {
  return { owner, ...(categoryCode === undefined ? {} : { categoryCode }), rule: trace.rule, sentence: trace.sentence };
}

class Tally {
  readonly #counts = new Map<string, { before: number; after: number }>();

  count(before: string, after: string): void {
    this.#of(before).before += 1;
    this.#of(after).after += 1;
  }

  list(): Load[] {
    const difference = ({ before, after }: Load) => Math.abs(after - before);
    return [...this.#counts]
      .map(([id, counts]) => ({ id, ...counts }))
      .sort((a, b) => difference(b) - difference(a) || b.before - a.before || (a.id < b.id ? -1 : 1));
  }

  #of(id: string): { before: number; after: number } {
    const known = this.#counts.get(id) ?? { before: 0, after: 0 };
    this.#counts.set(id, known);
    return known;
  }
}
