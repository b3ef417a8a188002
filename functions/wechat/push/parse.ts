/** From the text of a push to what it says. XML and JSON become the same tree of texts first. */
import {
  type WechatEventName,
  WechatImageMessage,
  WechatPushEnvelope,
  WechatTextMessage,
  wechatEvents,
} from '#schemas/wechat-push.ts';
import { type ConsentAnswer, consentsOf, type MediaVerdict, verdictOf } from './event.ts';
import { readXml } from './xml.ts';

/** The text is neither WeChat's XML nor JSON, or lacks what its kind must have. Never quotes the input. */
export class PushParseError extends Error {
  override readonly name = 'PushParseError';
}

export type Push =
  | { readonly kind: 'text'; readonly openid: string; readonly msgId: string; readonly content: string }
  | { readonly kind: 'image'; readonly openid: string; readonly msgId: string; readonly picUrl?: string }
  /** `wellFormed` is false when a known event lacks what it should have. */
  | {
      readonly kind: 'event';
      readonly event: WechatEventName;
      readonly wellFormed: boolean;
      /** What the citizen said of subscribe messages; empty for every other event. */
      readonly consents: readonly ConsentAnswer[];
      /** Only of a content check. */
      readonly verdict?: MediaVerdict;
    }
  /** Voice, video, location, cards, and events that nobody told us of. */
  | { readonly kind: 'other' };

/** The format shows in the first character; the content type that WeChat sends with it is not reliable. */
export function readTree(text: string): unknown {
  try {
    return text.trimStart().startsWith('<') ? readXml(text) : JSON.parse(text, numberAsWritten);
  } catch {
    // Also a RangeError of deeply nested JSON.
    throw new PushParseError('neither XML nor JSON of WeChat');
  }
}

/** Numbers stay the text that was sent, as in XML: a 64-bit MsgId would lose its last digits. */
function numberAsWritten(_name: string, value: unknown, context?: { source?: string }): unknown {
  return typeof value === 'number' ? (context?.source ?? String(value)) : value;
}

/** The cipher text of a sealed push. @throws PushParseError */
export function readEnvelope(text: string): string {
  const envelope = WechatPushEnvelope.safeParse(readTree(text));
  if (!envelope.success) throw new PushParseError('no Encrypt');
  return envelope.data.Encrypt;
}

/** @throws PushParseError */
export function readPush(text: string): Push {
  const tree = readTree(text);
  const { MsgType, Event } = fieldsOf(tree);
  switch (MsgType) {
    case 'text': {
      const message = WechatTextMessage.safeParse(tree);
      if (!message.success) throw new PushParseError('not a text message');
      const { FromUserName: openid, MsgId: msgId, Content: content } = message.data;
      return { kind: 'text', openid, msgId, content };
    }
    case 'image': {
      const message = WechatImageMessage.safeParse(tree);
      if (!message.success) throw new PushParseError('not an image message');
      const { FromUserName: openid, MsgId: msgId, PicUrl: picUrl } = message.data;
      return { kind: 'image', openid, msgId, ...(picUrl === undefined ? {} : { picUrl }) };
    }
    case 'event':
      if (!isKnownEvent(Event)) return { kind: 'other' };
      return readEvent(Event, tree);
    default:
      if (typeof MsgType !== 'string') throw new PushParseError('no MsgType');
      return { kind: 'other' };
  }
}

function readEvent(event: WechatEventName, tree: unknown): Push {
  const { success, data } = wechatEvents[event].safeParse(tree);
  if (!success) return { kind: 'event', event, wellFormed: false, consents: [] };
  const verdict = verdictOf(data);
  return {
    kind: 'event',
    event,
    wellFormed: true,
    consents: consentsOf(data),
    ...(verdict === undefined ? {} : { verdict }),
  };
}

const isKnownEvent = (name: unknown): name is WechatEventName =>
  typeof name === 'string' && Object.hasOwn(wechatEvents, name);

function fieldsOf(tree: unknown): Record<string, unknown> {
  return typeof tree === 'object' && tree !== null && !Array.isArray(tree) ? { ...tree } : {};
}
