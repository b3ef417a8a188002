/** `deliveries list` and `show`: what is queued, failed or dead, how the endpoints are, and one line with its attempts. */
import type { Attempt } from '#schemas/delivery.ts';
import {
  type DeliveryEntry,
  DeliveryLine,
  DeliveryPage,
  type EndpointEntry,
  EndpointList,
} from '#schemas/delivery-desk.ts';
import type { CallbackType } from '#schemas/event.ts';
import type { Remote, RemoteOptions } from '../shared/remote.ts';
import { minute, number, padded, required } from '../shared/words.ts';
import { connect, successful } from './remote.ts';

const ENDPOINT_STATES: Readonly<Record<EndpointEntry['state'], string>> = {
  closed: '正常',
  open: '熔断',
  disabled: '停用',
};
const STATES: Readonly<Record<string, string>> = {
  queued: '待投',
  failed: '重试中',
  pending: '待投',
  dead: '死信',
  delivered: '已送达',
  skipped: '已跳过',
  superseded: '已取代',
};
const TYPES: Readonly<Record<CallbackType, string>> = {
  dispatched: '派单',
  withdrawn: '撤回',
  warned: '预警',
  decided: '审核',
  closed: '办结',
  reworkOrdered: '重办',
  urged: '催办',
  appended: '补充',
  whistled: '吹号',
  reportedIn: '报到',
  assistFinished: '协办完成',
  supervised: '督办',
  handedOver: '交接',
  merged: '并入',
  jointOpened: '联办',
  suspended: '挂起',
  resumed: '恢复',
  replanned: '改时限',
};
const FAULTS: Readonly<Record<string, string>> = {
  timeout: '超时',
  connection: '连接失败',
  noKeys: '没有密钥',
  endpointDisabled: '端点停用',
  badEndpoint: '地址不合要求',
  dns: '域名没有地址',
  forbiddenAddress: '地址不许连接',
  tls: '证书不对',
  notice: '短信未发出',
};

export interface ListOptions extends RemoteOptions {
  readonly unit?: string | undefined;
  readonly state?: string | undefined;
  readonly all: boolean;
}

export async function list(options: ListOptions): Promise<void> {
  const call = await connect(options);
  await tellEndpoints(call, options.unit);
  let cursor: string | undefined;
  let count = 0;
  do {
    const query = new URLSearchParams({
      ...(options.unit === undefined ? {} : { unit: options.unit }),
      ...(options.state === undefined ? {} : { state: options.state }),
      ...(cursor === undefined ? {} : { cursor }),
    });
    const page = DeliveryPage.parse(successful(await call('GET', `/hotline/deliveries?${query}`)));
    for (const entry of page.deliveries) console.log(entryLine(entry));
    count += page.deliveries.length;
    cursor = page.cursor;
    if (cursor !== undefined && !options.all && count > 0) break;
  } while (cursor !== undefined);
  console.log(cursor === undefined ? `共 ${number(count)} 条` : `先列 ${number(count)} 条,全部列出用 --all`);
}

/** Units that are not well or for which something waits; all of them when one is named. */
async function tellEndpoints(call: Remote, unit: string | undefined): Promise<void> {
  const { endpoints } = EndpointList.parse(successful(await call('GET', '/hotline/endpoints')));
  const shown = endpoints.filter((one) =>
    unit === undefined ? one.state !== 'closed' || one.pending + one.dead > 0 : one.unit === unit,
  );
  if (shown.length === 0) console.log(unit === undefined ? '各单位端点正常,没有待投和死信' : `没有单位 ${unit}`);
  for (const one of shown) console.log(endpointLine(one));
}

export function endpointLine(one: EndpointEntry): string {
  const more = one.more === undefined ? '' : '以上';
  const parts = [
    `待投 ${number(one.pending)}${more}`,
    `死信 ${number(one.dead)}${more}`,
    ...(one.failures > 0 ? [`连续失败 ${one.failures} 次`] : []),
    ...(one.failingSince === undefined ? [] : [`自 ${minute(one.failingSince)} 起`]),
    ...(one.openUntil === undefined ? [] : [`${minute(one.openUntil)} 后试投`]),
    ...(one.lastSuccessAt === undefined ? [] : [`最近送达 ${minute(one.lastSuccessAt)}`]),
  ];
  return `${padded(`${one.name ?? ''}(${one.unit})`, 32)} ${ENDPOINT_STATES[one.state]}  ${parts.join('  ')}`;
}

function entryLine({
  ticketNo,
  unit,
  n,
  type,
  state,
  round,
  attempts,
  lastAttempt,
  nextAttemptAt,
}: DeliveryEntry): string {
  const parts = [
    `${attempts} 次`,
    ...(round > 1 ? [`第 ${round} 轮`] : []),
    ...(lastAttempt === undefined ? [] : [`${minute(lastAttempt.at)} ${outcomeOf(lastAttempt)}`]),
    ...(nextAttemptAt === undefined ? [] : [`下次 ${minute(nextAttemptAt)}`]),
  ];
  const what = type === undefined ? '' : TYPES[type];
  return `  ${ticketNo} ${padded(unit, 18)} #${n} ${padded(what, 6)}${padded(STATES[state] ?? state, 8)}${parts.join('  ')}`;
}

const outcomeOf = ({ status, fault, outcome }: Attempt): string =>
  fault === undefined ? (outcome === 'polling' ? '轮询' : String(status)) : (FAULTS[fault] ?? fault);

export interface ShowOptions extends RemoteOptions {
  readonly ticket?: string | undefined;
  readonly unit?: string | undefined;
}

export async function show(options: ShowOptions): Promise<void> {
  const ticketNo = required(options.ticket, 'ticket');
  const unit = required(options.unit, 'unit');
  const call = await connect(options);
  tellLine(DeliveryLine.parse(successful(await call('GET', `/hotline/deliveries/${ticketNo}/${unit}`))));
}

export function tellLine(line: DeliveryLine): void {
  console.log(`${line.ticketNo} → ${line.unit}:端点${ENDPOINT_STATES[line.endpoint]},已了结到第 ${line.settled} 条`);
  for (const one of line.deliveries) {
    const what = one.type === undefined ? '' : TYPES[one.type];
    const way = one.supersededBy === undefined ? '' : `(由第 ${one.supersededBy} 条取代)`;
    console.log(`\n#${one.n} ${what} ${STATES[one.state]}${way}${one.underWay ? ',正在投递' : ''}  ${one.webhookId}`);
    for (const attempt of one.attempts) {
      const round = attempt.round === undefined ? '' : `  第 ${attempt.round} 轮`;
      console.log(`  ${minute(attempt.at)}  ${outcomeOf(attempt)}  ${attempt.milliseconds} 毫秒${round}`);
    }
    if (one.nextAttemptAt !== undefined) console.log(`  下次 ${minute(one.nextAttemptAt)}`);
  }
  if (line.acts.length > 0) console.log('\n处置记录');
  for (const { n, action, at, by, role, reason } of line.acts) {
    console.log(`  ${minute(at)}  #${n} ${action === 'replayed' ? '重投' : '跳过'}  ${by}(${role}):${reason}`);
  }
}
