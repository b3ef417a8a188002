/** Follows requests by the log, as an operator would: when each got its owner and when its department was told. */
import { percentile } from '../drive.ts';

interface Life {
  /** `performance.now()` when the request was sent. */
  sent: number;
  owned?: number;
  told?: number;
}

const TICKET = /"ticketNo":"([^"]+)"/;

export class Watch {
  readonly #lives = new Map<string, Life>();
  /** A line may come before the answer that names the ticket. */
  readonly #early = new Map<string, Partial<Life>>();
  /** Numbers of tickets that were dispatched, once for each time. */
  readonly dispatched: string[] = [];

  line(line: string): void {
    const owned = line.includes('"event":"dispatched"');
    if (!owned && !line.includes('"callback delivered"')) return;
    const ticketNo = TICKET.exec(line)?.[1];
    if (ticketNo === undefined) return;
    if (owned) this.dispatched.push(ticketNo);
    const life = this.#lives.get(ticketNo) ?? this.#early.get(ticketNo) ?? {};
    if (owned) life.owned ??= performance.now();
    else life.told ??= performance.now();
    if (!this.#lives.has(ticketNo)) this.#early.set(ticketNo, life);
  }

  accepted(ticketNo: string, sent: number): void {
    this.#lives.set(ticketNo, { ...this.#early.get(ticketNo), sent });
    this.#early.delete(ticketNo);
  }

  get tickets(): string[] {
    return [...this.#lives.keys()];
  }

  /** How many accepted requests have no owner yet, and how many departments have not been told. */
  backlog(): { owner: number; department: number } {
    const lives = [...this.#lives.values()];
    return {
      owner: lives.filter(({ owned }) => owned === undefined).length,
      department: lives.filter(({ told }) => told === undefined).length,
    };
  }

  /** Milliseconds from the request to its owner, or to its department, at these percentiles. */
  delays(to: 'owned' | 'told'): { p50: number; p95: number; p99: number } {
    const found = [...this.#lives.values()].flatMap((life) => {
      const at = life[to];
      return at === undefined ? [] : [at - life.sent];
    });
    found.sort((a, b) => a - b);
    return { p50: percentile(found, 50), p95: percentile(found, 95), p99: percentile(found, 99) };
  }

  forget(): void {
    this.#lives.clear();
    this.#early.clear();
    this.dispatched.length = 0;
  }
}
