/** `deliveries replay`, `skip`, `enable`: what an operator does about dead letters and endpoints. */
import { DeliveryLine, EndpointEntry, EndpointList, Replayed } from '#schemas/delivery-desk.ts';
import type { Remote, RemoteOptions } from '../shared/remote.ts';
import { number, required, UsageError } from '../shared/words.ts';
import { connect, successful } from './remote.ts';
import { endpointLine, tellLine } from './show.ts';

export interface ActOptions extends RemoteOptions {
  readonly unit?: string | undefined;
  readonly ticket?: string | undefined;
  readonly n?: string | undefined;
  readonly all?: boolean;
  /** 启用: disabled endpoints on the way. */
  readonly enable?: boolean;
  readonly reason?: string | undefined;
}

const place = (n: string): number => {
  const value = Number(n);
  if (!Number.isInteger(value) || value < 1) throw new UsageError('--n 是第几条,从 1 起');
  return value;
};

export async function replay(options: ActOptions): Promise<void> {
  const reason = required(options.reason, 'reason');
  const { unit, ticket: ticketNo, n } = options;
  // A whole unit may be thousands: that is said, not left out.
  if (ticketNo === undefined && options.all !== true) {
    throw new UsageError('用 --ticket 指明重投哪些;重投一个单位(--unit)或所有单位的全部死信,要加 --all');
  }
  const call = await connect(options);
  if (ticketNo === undefined) {
    await replayUnits(call, reason, options);
    return;
  }
  const target = { ticketNo, ...(unit === undefined ? {} : { unit }), ...(n === undefined ? {} : { n: place(n) }) };
  done(await replayed(call, target, reason));
}

/** 整体重投: of one unit, or of each that has dead letters. A disabled one takes nothing until somebody enables it. */
async function replayUnits(call: Remote, reason: string, { unit: asked, enable }: ActOptions): Promise<void> {
  const { endpoints } = EndpointList.parse(successful(await call('GET', '/hotline/endpoints')));
  const units = asked === undefined ? endpoints.filter(({ dead }) => dead > 0).map(({ unit }) => unit) : [asked];
  let total = 0;
  for (const unit of units) {
    const disabled = endpoints.some((one) => one.unit === unit && one.state === 'disabled');
    // One that was named is refused by the desk, with what to do.
    if (disabled && enable !== true && asked === undefined) {
      console.log(`${unit} 停用中,不重投:端点已恢复的,加 --enable 一并启用`);
      continue;
    }
    if (disabled && enable === true) {
      successful(await call('POST', `/hotline/endpoints/${unit}/enable`, { reason }));
      console.log(`${unit} 已启用`);
    }
    const some = await replayed(call, { unit }, reason);
    if (units.length > 1) console.log(`${unit} 重投 ${number(some)} 条`);
    total += some;
  }
  done(total);
}

async function replayed(call: Remote, target: object, reason: string): Promise<number> {
  let total = 0;
  let cursor: string | undefined;
  do {
    const body = { ...target, reason, ...(cursor === undefined ? {} : { cursor }) };
    const part = Replayed.parse(successful(await call('POST', '/hotline/deliveries/replay', body)));
    total += part.replayed;
    cursor = part.cursor;
    if (cursor !== undefined) console.log(`已重投 ${number(total)} 条,还有……`);
  } while (cursor !== undefined);
  return total;
}

const done = (total: number): void =>
  console.log(`重投 ${number(total)} 条,同一工单按原次序投递;进展看 npm run deliveries -- list`);

export async function skip(options: ActOptions): Promise<void> {
  const body = {
    ticketNo: required(options.ticket, 'ticket'),
    unit: required(options.unit, 'unit'),
    n: place(required(options.n, 'n')),
    reason: required(options.reason, 'reason'),
  };
  const call = await connect(options);
  tellLine(DeliveryLine.parse(successful(await call('POST', '/hotline/deliveries/skip', body))));
}

export async function enable(options: ActOptions): Promise<void> {
  const unit = required(options.unit, 'unit');
  const reason = required(options.reason, 'reason');
  const call = await connect(options);
  const entry = EndpointEntry.parse(successful(await call('POST', `/hotline/endpoints/${unit}/enable`, { reason })));
  console.log(endpointLine(entry));
  if (entry.dead > 0) console.log(`停用期间的死信用 npm run deliveries -- replay --unit ${unit} --all --reason … 重投`);
}
