/**
 * 消息推送: what WeChat's servers post. Every leaf is text, whether it came as XML or JSON, so that a 64-bit MsgId keeps its
 * digits and a CreateTime may be either. Unknown fields are WeChat's to add: they are ignored, not refused.
 */
import * as z from 'zod';

const Digits = z.string().regex(/^\d{1,20}$/, 'up to 20 digits');
const Openid = z.string().regex(/^[\w-]{1,64}$/, 'an openid');

/** What travels in compatible and safe mode; the other fields of compatible mode are signed by nothing. */
export const WechatPushEnvelope = z.object({ Encrypt: z.string().min(1) });

const head = { FromUserName: Openid, CreateTime: Digits };
/** Unix seconds: what orders a citizen's answers. */
const Seconds = z
  .string()
  .regex(/^\d{1,11}$/, 'Unix seconds')
  .transform(Number);
/** Templates in one event; a dialogue asks for five at most. */
const MOST_ENTRIES = 50;

/** One entry comes as an object, several come as an array. */
const oneOrMany = <S extends z.ZodType>(entry: S) =>
  z
    .union([z.array(entry).max(MOST_ENTRIES), entry])
    .transform((list): z.output<S>[] => (Array.isArray(list) ? list : [list]));

/** XML wraps the list of a subscription event in an element named after the event, JSON doesn't. */
const withList = <S extends z.ZodType>(event: string, wrapper: string, entry: S) =>
  z.preprocess(
    (fields) => {
      const wrapped = z.looseObject({ [wrapper]: z.looseObject({ List: z.unknown() }) }).safeParse(fields);
      return wrapped.success ? { ...wrapped.data, List: wrapped.data[wrapper]?.List } : fields;
    },
    z.object({ ...head, CreateTime: Seconds, Event: z.literal(event), List: oneOrMany(entry) }),
  );

const TemplateId = z.string().regex(/^[\w-]{1,128}$/, "a template's id");
const Consent = z.object({ TemplateId, SubscribeStatusString: z.string() });

/** Events by name. Only these are known; others are acknowledged unread. */
export const wechatEvents = {
  /** The citizen answered the dialogue that asks for consent (订阅消息弹框). */
  subscribe_msg_popup_event: withList('subscribe_msg_popup_event', 'SubscribeMsgPopupEvent', Consent),
  /** The citizen changed consent in the settings. */
  subscribe_msg_change_event: withList('subscribe_msg_change_event', 'SubscribeMsgChangeEvent', Consent),
  /** Whether a subscribe message arrived. */
  subscribe_msg_sent_event: withList(
    'subscribe_msg_sent_event',
    'SubscribeMsgSentEvent',
    z.object({ TemplateId, MsgID: Digits, ErrorCode: z.string(), ErrorStatus: z.string().optional() }),
  ),
  /** The result of a content check of a picture or recording. */
  wxa_media_check: z.object({
    ...head,
    trace_id: z.string().min(1).max(128),
    result: z.object({ suggest: z.enum(['pass', 'review', 'risky']) }).optional(),
  }),
  /** Somebody opened the conversation and hasn't said anything yet. */
  user_enter_tempsession: z.object(head),
} as const;
export type WechatEventName = keyof typeof wechatEvents;

export const WechatTextMessage = z.object({ ...head, MsgId: Digits, Content: z.string() });
export const WechatImageMessage = z.object({ ...head, MsgId: Digits, PicUrl: z.string().optional() });
