/** What a command's rule answers: what happens, with the texts that it brings, or why not. */
import type { NewText, Rejection, RejectionCode } from './command.ts';
import type { Draft } from './drafts.ts';

export type Outcome = { readonly drafts: readonly Draft[]; readonly texts?: readonly NewText[] } | Rejection;

export const reject = (code: RejectionCode, detail: string): Rejection => ({ code, detail });
