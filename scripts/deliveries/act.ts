/** `deliveries replay`, `skip`, `enable`: what an operator does about dead letters and endpoints. */
import { DeliveryLine, EndpointEntry, Replayed } from '#schemas/delivery-desk.ts';
import type { RemoteOptions } from '../shared/remote.ts';
import { number, required, UsageError } from '../shared/words.ts';
import { connect, successful } from './remote.ts';
import { endpointLine, tellLine } from './show.ts';

export interface ActOptions extends RemoteOptions {
  readonly unit?: string | undefined;
  readonly ticket?: string | undefined;
  readonly n?: string | undefined;
  readonly all?: boolean;
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
  if (unit === undefined && ticketNo === undefined) throw new UsageError('用 --unit、--ticket 指明重投哪些');
  // A whole unit may be thousands: that is said, not left out.
  if (ticketNo === undefined && options.all !== true) throw new UsageError('重投一个单位的全部死信,要加 --all');
  const call = await connect(options);
  const target = {
    ...(unit === undefined ? {} : { unit }),
    ...(ticketNo === undefined ? {} : { ticketNo }),
    ...(n === undefined ? {} : { n: place(n) }),
  };
  let total = 0;
  let cursor: string | undefined;
  do {
    const body = { ...target, reason, ...(cursor === undefined ? {} : { cursor }) };
    const part = Replayed.parse(successful(await call('POST', '/hotline/deliveries/replay', body)));
    total += part.replayed;
    cursor = part.cursor;
    if (cursor !== undefined) console.log(`已重投 ${number(total)} 条,还有……`);
  } while (cursor !== undefined);
  console.log(`重投 ${number(total)} 条,同一工单按原次序投递;进展看 npm run deliveries -- list`);
}

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
