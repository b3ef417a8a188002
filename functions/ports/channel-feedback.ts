/** The citizen's side: one method a way. They answer what became of it, and throw `PlatformBusy` when it is worth another try. */
import type { BoardReply, Notice } from '#domain/feedback/notice.ts';

export interface ShortNotice {
  /** Stable across retries; letters, digits and dashes. */
  readonly id: string;
  readonly ticketNo: string;
  readonly notice: Notice;
  /** The district's short text, at most 20 characters. */
  readonly status: string;
  readonly department: string;
  readonly at: string;
}

export type FeedbackResult =
  | { readonly kind: 'sent'; readonly detail?: string }
  /** 用户未订阅: this way is closed, another may be open. */
  | { readonly kind: 'noConsent' }
  /** Never to be accepted as it is; `detail` is the platform's code. */
  | { readonly kind: 'rejected'; readonly detail: string };

export interface ChannelFeedback {
  wechat(notice: ShortNotice, openid: string): Promise<FeedbackResult>;
  sms(notice: ShortNotice, phone: string): Promise<FeedbackResult>;
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
