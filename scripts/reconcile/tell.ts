/** A difference in the words of whoever reconciles: what it is, and what to do about it. */
import { webhookId } from '#domain/delivery/delivery.ts';
import type { Difference, TheirTicket } from '#domain/delivery/reconcile.ts';
import { DELIVERY_NAMES } from '#domain/delivery/reconciliation-table.ts';
import { STATUS_NAMES } from '#domain/ticket/names.ts';
import { isOpen } from '#domain/ticket/transitions.ts';
import type { ReconciliationEntry } from '#schemas/reconciliation.ts';
import type { Ticket } from '#schemas/ticket.ts';

/** What the hotline knows of a ticket that only the department has; `undefined`: no such number. */
export type Found = Pick<Ticket, 'ticketNo' | 'owner' | 'status' | 'version' | 'updatedAt'> | undefined;

const minute = (instant: string): string => instant.slice(0, 16).replace('T', ' ');

/** `found` is asked for only where the ticket is missing on our list. */
export function tell(difference: Difference, unit: string, found: Found): string {
  switch (difference.kind) {
    case 'missingThere':
      return lines(difference.ours, `对方没有:${stateOf(difference.ours)}`, remedy(difference.ours, unit));
    case 'olderThere': {
      const { ours, version } = difference;
      const told = ours.lastCallback?.ticketVersion;
      return lines(ours, `对方的版本旧:对方 ${version},我方已推送到 ${told};${stateOf(ours)}`, remedy(ours, unit));
    }
    case 'newerThere': {
      const { ours, version } = difference;
      const what = `对方的版本不存在:对方 ${version},我方只到 ${ours.ticketVersion}`;
      return lines(ours, what, '请对方核对版本来自哪里(是否混入了测试环境或手工填写)');
    }
    case 'missingHere':
      return notHere(difference.theirs, unit, found);
  }
}

const lines = ({ ticketNo }: { ticketNo: string }, what: string, todo: string): string =>
  `✗ ${ticketNo} ${what}\n    处理:${todo}`;

function stateOf({ ticketVersion, status, lastCallback }: ReconciliationEntry): string {
  const state = lastCallback?.state;
  const sent =
    lastCallback === undefined
      ? '尚无推送'
      : `最后一条推送(第 ${lastCallback.n} 条)${state === undefined ? '正要投递' : (DELIVERY_NAMES[state] ?? state)}`;
  return `我方版本 ${ticketVersion},${STATUS_NAMES[status]},${sent}`;
}

/** Only a dead letter can be sent again; for the rest the attempts tell more. */
function remedy({ ticketNo, lastCallback }: ReconciliationEntry, unit: string): string {
  const show = `npm run deliveries -- show --ticket ${ticketNo} --unit ${unit}`;
  // As it came: a state that this tool doesn't know is looked at, not guessed.
  const state: string | undefined = lastCallback?.state;
  switch (state) {
    case 'dead':
      return `npm run deliveries -- replay --ticket ${ticketNo} --unit ${unit} --reason 对账`;
    case 'delivered':
      return (
        `对方应答过成功,请对方按 webhook-id ${webhookId({ ticketNo, unit, n: lastCallback?.n ?? 1 })} 查自己的接收记录,` +
        `并从待办清单补上;投递经过:${show}`
      );
    case 'skipped':
      return `这一条已由人跳过,请按跳过时的约定告知对方;投递经过:${show}`;
    default:
      return `稍后再对;一直不到就看投递经过:${show}`;
  }
}

function notHere(theirs: TheirTicket, unit: string, found: Found): string {
  if (found === undefined) return lines(theirs, '我方没有这个编号', '请对方核对编号(是否来自测试环境或别的平台)');
  const show = `npm run deliveries -- show --ticket ${found.ticketNo} --unit ${unit}`;
  if (found.owner !== unit) {
    return lines(theirs, `已不是该单位的:现由 ${found.owner} 承办`, `请对方移出;没收到撤回的话:${show}`);
  }
  if (isOpen(found.status)) return lines(theirs, '核对期间刚有变动', '再核对一次');
  const when = minute(found.updatedAt);
  return lines(theirs, `我方${STATUS_NAMES[found.status]}(${when}),不在当天`, `请对方归档;没收到通知的话:${show}`);
}
