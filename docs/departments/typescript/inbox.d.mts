/** Types of inbox.mjs. */
import type { CallbackEvent } from './jieban.mjs';

export class Inbox {
  constructor(file: string);
  /** Stored on the disk when it answers `new`. */
  take(event: CallbackEvent): 'new' | 'duplicate' | 'stale';
  tickets(): { ticketNo: string; version: number }[];
}
