/**
 * The port's contract in memory: every method is one atomic step, as one conditional write is. Tests that try thousands of
 * interleavings run on it; the table's own implementation is tested against a real database.
 */
import { toShanghai } from '#domain/calendar/shanghai.ts';
import type { DeliveryKey, DeliveryStore } from '#functions/ports/delivery-store.ts';
import type { Delivery } from '#schemas/delivery.ts';

const idOf = ({ ticketNo, unit, n }: DeliveryKey) => `${ticketNo}/${unit}/${n}`;
const lineOf = ({ ticketNo, unit }: Omit<DeliveryKey, 'n'>) => `${ticketNo}/${unit}`;

export class MemoryStore implements DeliveryStore {
  readonly rows = new Map<string, Delivery>();
  readonly cursors = new Map<string, number>();
  /** id → due (office, epoch ms) */
  readonly marks = new Map<string, number>();

  async open(key: DeliveryKey, seq: number, at: number, recoverAt: number) {
    if (this.rows.has(idOf(key))) return;
    const { ticketNo, unit, n } = key;
    const fresh = {
      kind: 'delivery',
      state: 'pending',
      attemptCount: 0,
      attempts: [],
      createdAt: toShanghai(at),
    } as const;
    this.rows.set(idOf(key), { ...fresh, attempts: [], ticketNo, unit, n, seq });
    this.marks.set(idOf(key), recoverAt);
  }
  async find(key: DeliveryKey) {
    return this.rows.get(idOf(key));
  }
  async settled(line: Omit<DeliveryKey, 'n'>) {
    return this.cursors.get(lineOf(line)) ?? 0;
  }
  #ours(taken: Delivery): Delivery | undefined {
    const row = this.rows.get(idOf(taken));
    return row?.state === 'pending' && row.attemptCount === taken.attemptCount ? row : undefined;
  }
  async take(seen: Delivery, until: { leaseUntil: number; recoverAt: number }) {
    const row = this.#ours(seen);
    if (row === undefined) return false;
    this.rows.set(idOf(seen), { ...row, attemptCount: row.attemptCount + 1, leaseUntil: until.leaseUntil });
    this.marks.set(idOf(seen), until.recoverAt);
    return true;
  }
  async settle(taken: Delivery) {
    const row = this.rows.get(idOf(taken));
    if (row === undefined || row.state === 'delivered') return false;
    if ((this.cursors.get(lineOf(taken)) ?? 0) !== taken.n - 1) return false;
    const { leaseUntil: _lease, nextAttemptAt: _next, ...rest } = row;
    this.rows.set(idOf(taken), { ...rest, state: 'delivered' });
    this.marks.delete(idOf(taken));
    this.cursors.set(lineOf(taken), taken.n);
    return true;
  }
  async postpone(taken: Delivery, _attempt: unknown, nextAt: number) {
    const row = this.#ours(taken);
    if (row === undefined) return false;
    const { leaseUntil: _lease, ...rest } = row;
    this.rows.set(idOf(taken), { ...rest, nextAttemptAt: toShanghai(nextAt) });
    this.marks.set(idOf(taken), nextAt);
    return true;
  }
  async bury(taken: Delivery) {
    const row = this.#ours(taken);
    if (row === undefined) return false;
    const { leaseUntil: _lease, nextAttemptAt: _next, ...rest } = row;
    this.rows.set(idOf(taken), { ...rest, state: 'dead' });
    this.marks.delete(idOf(taken));
    return true;
  }
  async expect(seen: Delivery, dueAt: number) {
    if (this.#ours(seen) === undefined) return false;
    this.marks.set(idOf(seen), dueAt);
    return true;
  }
  async due(now: number, limit: number) {
    return [...this.marks]
      .filter(([, at]) => at <= now)
      .sort(([, a], [, b]) => a - b)
      .slice(0, limit)
      .map(([id, at]) => {
        const [ticketNo = '', unit = '', n] = id.split('/');
        return { key: { ticketNo, unit, n: Number(n) }, mark: String(at) };
      });
  }
  async pushBack(found: { key: DeliveryKey; mark: string }, until: number) {
    if (this.marks.get(idOf(found.key)) !== Number(found.mark)) return false;
    this.marks.set(idOf(found.key), until);
    return true;
  }
}
