/** 投递处置接口: what is queued, failed or dead; replay, skip, enable. Everybody at the desk may look, dispatchers and leaders act. */
import * as z from 'zod';
import { toShanghai } from '#domain/calendar/shanghai.ts';
import { enabled } from '#domain/delivery/endpoint.ts';
import { mayOperateDeliveries } from '#domain/ticket/roles.ts';
import { deliveryDesk } from '#functions/adapters/delivery-desk.ts';
import { deliveryStore } from '#functions/adapters/delivery-store.ts';
import { district } from '#functions/adapters/district.ts';
import { endpointStore } from '#functions/adapters/endpoint-store.ts';
import { officeNow } from '#functions/adapters/office-clock.ts';
import { send } from '#functions/adapters/queue.ts';
import type { DeliveryKey } from '#functions/ports/delivery-store.ts';
import { readCursor, writeCursor } from '#functions/shared/delivery/cursor.ts';
import { flowAgain } from '#functions/shared/delivery/flow-again.ts';
import { type By, type OperatePorts, replay, skip } from '#functions/shared/delivery/operate.ts';
import { type Routes, readJson } from '#functions/shared/http.ts';
import { log } from '#functions/shared/log.ts';
import { authenticateOperator, type Operator } from '#functions/shared/operator.ts';
import { wrongCursor } from '#functions/shared/paging.ts';
import { ProblemError, parseBody } from '#functions/shared/problem.ts';
import { TicketNo, UnitId } from '#schemas/common.ts';
import type { Delivery } from '#schemas/delivery.ts';
import { EnableEndpoint, ListedState, ReplayDeliveries, type Replayed, SkipDelivery } from '#schemas/delivery-desk.ts';
import { endpointEntry, listDeliveries, listEndpoints, showLine } from './delivery-list.ts';

/** A call ends well within the API's time; the caller goes on with the cursor. */
const REPLAYED_PER_CALL = 200;
const PARALLEL = 20;
/** So many are brought at once; the pump brings the others, in the order in which they died. */
const AT_ONCE = 10;
/** Rounds against workers that write the same endpoint's row. */
const ROUNDS = 10;

const ListQuery = z.strictObject({
  unit: UnitId.optional(),
  state: ListedState.optional(),
  cursor: z
    .string()
    .regex(/^[\w-]{1,1000}$/)
    .optional(),
});
/** Only what died before the first call: what dies again meanwhile is not replayed in circles. */
const ReplayPlace = z.strictObject({ until: z.int(), after: z.string() });

const wake = ({ ticketNo, unit, n }: DeliveryKey) => send('DISPATCH_QUEUE_URL', { ticketNo, unit, n });
const ports = (): OperatePorts => ({ desk: deliveryDesk(), wake, officeNow });

export const deliveryRoutes: Routes = {
  async 'GET /hotline/deliveries'(request) {
    await authenticateOperator(request.headers);
    const query = parseBody(ListQuery, request.query);
    return { status: 200, body: await listDeliveries(query).catch(wrongCursor) };
  },

  async 'GET /hotline/deliveries/{ticketNo}/{unit}'(request) {
    await authenticateOperator(request.headers);
    const line = z.strictObject({ ticketNo: TicketNo, unit: UnitId }).safeParse(request.params);
    const body = line.success ? await showLine(line.data, Date.now()) : undefined;
    if (body === undefined) throw new ProblemError('notFound');
    return { status: 200, body };
  },

  async 'POST /hotline/deliveries/replay'(request) {
    const operator = await authenticateActing(request.headers);
    const { unit, ticketNo, n, cursor, reason } = parseBody(ReplayDeliveries, readJson(request));
    const by = { ...operator, reason };
    const body =
      ticketNo === undefined
        ? await replayUnit(unit ?? '', cursor, by).catch(wrongCursor)
        : { replayed: await replayTicket(ticketNo, unit, n, by) };
    log.info('deliveries replayed', {
      ...(unit === undefined ? {} : { department: unit }),
      ...(ticketNo === undefined ? {} : { ticketNo }),
      count: body.replayed,
    });
    return { status: 200, body };
  },

  async 'POST /hotline/deliveries/skip'(request) {
    const operator = await authenticateActing(request.headers);
    const { reason, ...key } = parseBody(SkipDelivery, readJson(request));
    const row = await deliveryStore().find(key);
    if (row === undefined) throw new ProblemError('notFound');
    if (!(await skip(ports(), row, { ...operator, reason }))) throw notDead();
    log.info('delivery skipped', { ticketNo: key.ticketNo, department: key.unit, seq: row.seq });
    return { status: 200, body: await showLine(key, Date.now()) };
  },

  async 'GET /hotline/endpoints'(request) {
    await authenticateOperator(request.headers);
    return { status: 200, body: { endpoints: await listEndpoints(Date.now()) } };
  },

  async 'POST /hotline/endpoints/{unit}/enable'(request) {
    const operator = await authenticateActing(request.headers);
    const { reason } = parseBody(EnableEndpoint, readJson(request));
    const unit = request.params.unit ?? '';
    await enable(unit, { ...operator, reason });
    return { status: 200, body: await endpointEntry(unit, Date.now()) };
  },
};

async function authenticateActing(headers: Readonly<Record<string, string>>): Promise<Operator> {
  const operator = await authenticateOperator(headers);
  if (!mayOperateDeliveries(operator.role)) throw new ProblemError('roleForbidden');
  return operator;
}

/** A part of all dead letters of a unit, in the order in which they died. */
async function replayUnit(unit: string, cursor: string | undefined, by: By): Promise<Replayed> {
  await assertEnabled([unit]);
  const { until, after } =
    cursor === undefined ? { until: officeNow(), after: undefined } : readCursor(ReplayPlace, cursor);
  const { keys, last } = await deliveryDesk().slice({ unit, of: 'dead', after, until, limit: REPLAYED_PER_CALL });
  let replayed = 0;
  for (let start = 0; start < keys.length; start += PARALLEL) {
    const done = await Promise.all(
      keys.slice(start, start + PARALLEL).map(async (key, index) => {
        const row = await deliveryStore().find(key);
        const place = start + index;
        // On later calls the pump has enough to do already.
        const first = cursor === undefined && place < AT_ONCE;
        return row !== undefined && (await replay(ports(), row, by, { place, wake: first }));
      }),
    );
    replayed += done.filter(Boolean).length;
  }
  return { replayed, ...(last === undefined ? {} : { cursor: writeCursor({ until, after: last }) }) };
}

async function replayTicket(
  ticketNo: string,
  unit: string | undefined,
  n: number | undefined,
  by: By,
): Promise<number> {
  const rows = (await deliveryDesk().ofTicket(ticketNo)).filter(
    (row) => (unit === undefined || row.unit === unit) && (n === undefined || row.n === n),
  );
  if (rows.length === 0) throw new ProblemError('notFound');
  const dead = rows.filter(({ state }) => state === 'dead');
  if (n !== undefined && dead.length === 0) throw notDead();
  await assertEnabled(dead.map((row) => row.unit));
  const done = await Promise.all(dead.map((row: Delivery) => replay(ports(), row, by)));
  return done.filter(Boolean).length;
}

const notDead = () =>
  new ProblemError('deliveryConflict', { code: 'notDead', detail: 'only a dead letter can be replayed or skipped' });

/** Replayed to a disabled endpoint a message would be dead again at once. */
async function assertEnabled(units: readonly string[]): Promise<void> {
  for (const unit of new Set(units)) {
    if ((await endpointStore().find(unit))?.state !== 'disabled') continue;
    throw new ProblemError('deliveryConflict', { code: 'endpointDisabled', detail: 'enable the endpoint first' });
  }
}

async function enable(unit: string, { id, role, reason }: By): Promise<void> {
  for (let round = 0; round < ROUNDS; round++) {
    const health = await endpointStore().find(unit);
    if (health === undefined) {
      if (district().departments.some((department) => department.id === unit)) return;
      throw new ProblemError('notFound');
    }
    const now = officeNow();
    const next = enabled(health, now);
    if (next === undefined) return;
    const act = { kind: 'endpointAct', unit, action: 'enabled', at: toShanghai(now), by: id, role, reason } as const;
    if (!(await deliveryDesk().enable(next, act))) continue;
    log.info('endpoint enabled', { department: unit });
    await flowAgain({ store: deliveryStore(), wake, officeNow }, unit);
    return;
  }
  throw new ProblemError('busy');
}
