/** What an event means for us: the answers to 订阅消息 that it carries, or the verdict of a content check. */
import type * as z from 'zod';
import type { WechatEventName, wechatEvents } from '#schemas/wechat-push.ts';

type WechatEvent = z.output<(typeof wechatEvents)[WechatEventName]>;

/** A citizen's word on one template, with the second of the event (Unix): the newest counts. */
export interface ConsentAnswer {
  readonly openid: string;
  readonly templateId: string;
  readonly status: 'accept' | 'reject' | 'ban' | 'filter';
  readonly at: number;
}
export type MediaVerdict = 'pass' | 'review' | 'risky';

/** 用户拒收, as the call that sends answers it. */
const REFUSED = '43101';

/** Entries whose word is none of WeChat's are left out: who has no answer is asked by sending. */
export function consentsOf(event: WechatEvent): ConsentAnswer[] {
  if (!('List' in event)) return [];
  const { FromUserName: openid, CreateTime: at } = event;
  return event.List.flatMap((entry) => {
    const status = 'ErrorCode' in entry ? fateOf(entry) : wordOf(entry.SubscribeStatusString);
    return status === undefined ? [] : [{ openid, templateId: entry.TemplateId, status, at }];
  });
}

/** `acceptWithAudio`, `acceptWithAlert` and whatever else they add to a yes are a yes. */
function wordOf(word: string): ConsentAnswer['status'] | undefined {
  if (word.startsWith('accept')) return 'accept';
  return word === 'reject' || word === 'ban' || word === 'filter' ? word : undefined;
}

/**
 * A message that arrived says nothing new, and one that failed for another reason neither. The code of a refusal isn't
 * documented for this event, so its words count as well.
 */
function fateOf({ ErrorCode, ErrorStatus = '' }: { ErrorCode: string; ErrorStatus?: string | undefined }) {
  return ErrorCode !== '0' && (ErrorCode === REFUSED || /\buser (?:refuse|reject|block)/i.test(ErrorStatus))
    ? ('reject' as const)
    : undefined;
}

export const verdictOf = (event: WechatEvent): MediaVerdict | undefined =>
  'trace_id' in event ? event.result?.suggest : undefined;
