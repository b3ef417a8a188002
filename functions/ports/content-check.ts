/** 内容安全: what a channel's platform says about a citizen's words. Throws `PlatformBusy` when it is worth another try. */

export interface CheckedWords {
  readonly openid: string;
  readonly title: string;
  readonly content: string;
}

export type ContentVerdict =
  | { readonly outcome: 'passed' }
  /** Refused or doubtful; `label` is the platform's number for the kind of trouble. */
  | { readonly outcome: 'risky'; readonly label: string }
  /** The platform can't judge it, now or later; `label` is its code. */
  | { readonly outcome: 'unchecked'; readonly label: string };

export type CheckContent = (words: CheckedWords) => Promise<ContentVerdict>;
