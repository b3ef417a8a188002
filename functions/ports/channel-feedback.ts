/** The citizen's side: one method a way. They answer what became of it, and throw `PlatformBusy` when it is worth another try. */
import type { BoardReply } from '#domain/feedback/board-reply.ts';

/** 订阅消息, ready to be sent: values fit their fields. */
export interface SubscribeMessage {
  /** Which of the account's templates (key in the secret). */
  readonly template: string;
  readonly page: string;
  readonly data: Readonly<Record<string, { readonly value: string }>>;
}

/** 短信, ready to be sent. */
export interface ShortMessage {
  /** Stable across retries; letters, digits and dashes. */
  readonly id: string;
  readonly template: string;
  readonly params: Readonly<Record<string, string>>;
  /** 短信 unless told: a call reads the template out. */
  readonly by?: 'sms' | 'call' | undefined;
}

export type FeedbackResult =
  | { readonly kind: 'sent'; readonly detail?: string }
  /** 用户未订阅: this way is closed, another may be open. */
  | { readonly kind: 'noConsent' }
  /** Never to be accepted as it is; `detail` is the platform's code. */
  | { readonly kind: 'rejected'; readonly detail: string };

export interface ChannelFeedback {
  wechat(message: SubscribeMessage, openid: string): Promise<FeedbackResult>;
  sms(message: ShortMessage, phone: string): Promise<FeedbackResult>;
  website(reply: BoardReply): Promise<FeedbackResult>;
}

/** A platform that can't be reached, is overloaded or doesn't know us just now: the queue brings the message again. */
export class PlatformBusy extends Error {
  override readonly name = 'PlatformBusy';
  readonly code: string;

  constructor(code: string) {
    super('a platform did not take a notice');
    this.code = code;
  }
}
