/**
 * The ports' contracts in memory: every method is one atomic step, as one conditional write is. Tests that try thousands of
 * interleavings run on them; the table's own implementations are tested against a real database.
 */
import { toShanghai } from '#domain/calendar/shanghai.ts';
import { fresh } from '#domain/delivery/endpoint.ts';
import type { DeliveryDesk } from '#functions/ports/delivery-desk.ts';
import type { DeliveryKey, DeliveryStore, DueDelivery, Line, Told } from '#functions/ports/delivery-store.ts';
import type { Changed, EndpointStore } from '#functions/ports/endpoint-store.ts';
import type { Attempt, Delivery } from '#schemas/delivery.ts';
import type { DeliveryAct } from '#schemas/delivery-desk.ts';
import type { EndpointHealth } from '#schemas/endpoint.ts';

export const idOf = ({ ticketNo, unit, n }: DeliveryKey) => `${ticketNo}/${unit}/${n}`;
const lineOf = ({ ticketNo, unit }: Line) => `${ticketNo}/${unit}`;

export class MemoryStore implements DeliveryStore, Pick<DeliveryDesk, 'replay' | 'skip'> {
  readonly rows = new Map<string, Delivery>();
  readonly cursors = new Map<string, number>();
  /** id → due (office, epoch ms) */
  readonly marks = new Map<string, number>();
  readonly acts: DeliveryAct[] = [];

  async open(key: DeliveryKey, told: Told, at: number, recoverAt: number) {
    if (this.rows.has(idOf(key))) return undefined;
    const { ticketNo, unit, n } = key;
    const { seq, type } = told;
    const fresh = {
      kind: 'delivery',
      state: 'pending',
      attemptCount: 0,
      attempts: [],
      createdAt: toShanghai(at),
    } as const;
    const row: Delivery = { ...fresh, attempts: [], ticketNo, unit, n, seq, type };
    this.rows.set(idOf(key), row);
    this.marks.set(idOf(key), recoverAt);
    return row;
  }
  async find(key: DeliveryKey) {
    return this.rows.get(idOf(key));
  }
  async settled(line: Line) {
    return this.cursors.get(lineOf(line)) ?? 0;
  }
  #ours(seen: Delivery, state: Delivery['state'] = 'pending'): Delivery | undefined {
    const row = this.rows.get(idOf(seen));
    return row?.state === state && row.attemptCount === seen.attemptCount ? row : undefined;
  }
  #end(row: Delivery, state: 'delivered' | 'dead' | 'skipped' | 'superseded', attempts = row.attempts): void {
    const { leaseUntil: _lease, nextAttemptAt: _next, ...rest } = row;
    this.rows.set(idOf(row), { ...rest, state, attempts });
    this.marks.delete(idOf(row));
  }
  async take(seen: Delivery, until: { leaseUntil: number; recoverAt: number }) {
    const row = this.#ours(seen);
    if (row === undefined || row.supersededBy !== undefined) return false;
    this.rows.set(idOf(seen), { ...row, attemptCount: row.attemptCount + 1, leaseUntil: until.leaseUntil });
    this.marks.set(idOf(seen), until.recoverAt);
    return true;
  }
  async settle(taken: Delivery, attempt: Attempt) {
    const row = this.rows.get(idOf(taken));
    if (row === undefined || row.state === 'delivered') return false;
    if ((this.cursors.get(lineOf(taken)) ?? 0) !== taken.n - 1) return false;
    this.#end(row, 'delivered', [...taken.attempts, attempt]);
    this.cursors.set(lineOf(taken), taken.n);
    return true;
  }
  async postpone(taken: Delivery, attempt: Attempt, nextAt: number) {
    const row = this.#ours(taken);
    if (row === undefined) return false;
    const { leaseUntil: _lease, ...rest } = row;
    const attempts = [...taken.attempts, attempt];
    this.rows.set(idOf(taken), { ...rest, attempts, nextAttemptAt: toShanghai(nextAt) });
    this.marks.set(idOf(taken), nextAt);
    return true;
  }
  async bury(seen: Delivery, attempt: Attempt) {
    const row = this.#ours(seen);
    if (row === undefined) return false;
    this.#end(row, 'dead', [...seen.attempts, attempt]);
    return true;
  }
  async expect(seen: Delivery, dueAt: number) {
    if (this.#ours(seen) === undefined) return false;
    this.marks.set(idOf(seen), dueAt);
    return true;
  }
  async flag(seen: Delivery, by: number) {
    const row = this.#ours(seen);
    if (row === undefined) return false;
    this.rows.set(idOf(seen), { ...row, supersededBy: by });
    return true;
  }
  async supersede(seen: Delivery, by: number, _at: number) {
    const row = this.#ours(seen, seen.state);
    if (row === undefined) return false;
    this.#end({ ...row, supersededBy: by }, 'superseded');
    return true;
  }
  async passOver(key: DeliveryKey) {
    if ((this.cursors.get(lineOf(key)) ?? 0) !== key.n - 1) return false;
    this.cursors.set(lineOf(key), key.n);
    return true;
  }
  async due(unit: string, until: number, limit: number): Promise<DueDelivery[]> {
    return [...this.marks]
      .filter(([id, at]) => at <= until && id.split('/')[1] === unit)
      .sort(([, a], [, b]) => a - b)
      .slice(0, limit)
      .map(([id, at]) => {
        const [ticketNo = '', of = '', n] = id.split('/');
        return { key: { ticketNo, unit: of, n: Number(n) }, mark: String(at) };
      });
  }
  async pushBack(found: DueDelivery, until: number) {
    if (this.marks.get(idOf(found.key)) !== Number(found.mark)) return false;
    this.marks.set(idOf(found.key), until);
    return true;
  }
  async replay(seen: Delivery, act: DeliveryAct, dueAt: number) {
    const row = this.#ours(seen, 'dead');
    if (row === undefined) return false;
    const { settledAt: _at, ...rest } = row;
    this.rows.set(idOf(seen), {
      ...rest,
      state: 'pending',
      round: (row.round ?? 1) + 1,
      attemptsBefore: row.attemptCount,
    });
    this.marks.set(idOf(seen), dueAt);
    this.acts.push(act);
    return true;
  }
  async skip(seen: Delivery, act: DeliveryAct) {
    const row = this.#ours(seen, 'dead');
    if (row === undefined || (this.cursors.get(lineOf(seen)) ?? 0) !== seen.n - 1) return false;
    this.#end(row, 'skipped');
    this.cursors.set(lineOf(seen), seen.n);
    this.acts.push(act);
    return true;
  }
}

export class MemoryEndpoints implements EndpointStore {
  readonly rows = new Map<string, EndpointHealth>();

  async ensure(unit: string) {
    if (!this.rows.has(unit)) this.rows.set(unit, fresh(unit));
  }
  async find(unit: string) {
    return this.rows.get(unit);
  }
  async change(next: EndpointHealth): Promise<Changed> {
    const found = this.rows.get(next.unit);
    if (found === undefined) throw new Error(`no row of ${next.unit}`);
    if (found.version !== next.version - 1) return { written: false, found };
    this.rows.set(next.unit, next);
    return { written: true };
  }
  async units() {
    return [...this.rows.keys()].toSorted();
  }
}
