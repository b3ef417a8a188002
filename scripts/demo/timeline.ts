/** What the demo prints and what it checks: a line per happening, and a list of what should have happened and didn't. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { styleText } from 'node:util';
import { officeTime, paint } from '#infra/local/cli/words.ts';

type Style = Parameters<typeof styleText>[0];

/** Something that the story needs did not happen in time. */
export class Missing extends Error {
  override name = 'Missing';
}

const POLL_MS = 100;

export class Timeline {
  readonly #officeNow: () => number;
  /** Real time at which the whole demo is over, epoch ms. */
  readonly #deadline: number;
  readonly #labels = new Map<string, string>();
  readonly missing: string[] = [];
  #checked = 0;

  constructor(officeNow: () => number, deadline: number) {
    this.#officeNow = officeNow;
    this.#deadline = deadline;
  }

  /** How many expectations came true: a demo that checked nothing must not pass. */
  get checked(): number {
    return this.#checked;
  }

  /** Lines about this ticket begin with the label. */
  name(ticketNo: string, label: string): void {
    this.#labels.set(ticketNo, label);
  }

  /** A line at the present office time. */
  say(ticketNo: string | undefined, text: string, style: Style = 'reset'): void {
    const label = ticketNo === undefined ? '　　' : (this.#labels.get(ticketNo) ?? ticketNo);
    console.log(`${paint('dim', officeTime(this.#officeNow()))}  ${paint('bold', label)}  ${paint(style, text)}`);
  }

  heading(text: string): void {
    console.log(`\n${paint('bold', text)}`);
  }

  /** Looks until `probe` answers something (but undefined and false); throws `Missing` when the demo's time is over. */
  async eventually<T>(what: string, probe: () => T | undefined | Promise<T | undefined>): Promise<T> {
    let trouble = '';
    while (Date.now() < this.#deadline) {
      try {
        const found = await probe();
        if (found !== undefined && found !== false) {
          this.#checked += 1;
          return found;
        }
        trouble = '';
      } catch (error) {
        trouble = ` (${error instanceof Error ? error.message : String(error)})`;
      }
      await sleep(POLL_MS);
    }
    throw this.#note(`${what}${trouble}`);
  }

  /** A thing that must be so now. */
  expect(what: string, holds: boolean): void {
    if (!holds) throw this.#note(what);
    this.#checked += 1;
  }

  /** Runs a story to its end or to what is missing first; other stories go on. */
  async story(title: string, tell: () => Promise<void>): Promise<void> {
    try {
      await tell();
    } catch (error) {
      if (error instanceof Missing) return;
      this.missing.push(`${title}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  #note(what: string): Missing {
    this.missing.push(what);
    return new Missing(what);
  }
}
