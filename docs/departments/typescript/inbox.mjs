/**
 * 收件箱: what was received, in a file that survives a crash. In your program this is a table whose primary key is `webhook-id`.
 * The file holds citizens' names and words: keep it where only the program may read.
 */
import {
  appendFileSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  truncateSync,
} from 'node:fs';
import { dirname } from 'node:path';

/** @import { CallbackEvent } from './jieban.mjs' */

/** After these a ticket is no longer yours to work. */
const LAST_WORDS = /\.(withdrawn|closed)\.v1$/;

export class Inbox {
  #file;
  /** @type {Set<string>} */
  #seen = new Set();
  /** The newest callback of each ticket. @type {Map<string, CallbackEvent>} */
  #newest = new Map();

  /** @param {string} file one JSON object a line */
  constructor(file) {
    this.#file = file;
    if (!existsSync(file)) {
      mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
      return;
    }
    const bytes = readFileSync(file);
    // What stands behind the last line's end was being written when the program died, and was never acknowledged.
    const whole = bytes.subarray(0, bytes.lastIndexOf(0x0a) + 1);
    if (whole.length < bytes.length) truncateSync(file, whole.length);
    for (const line of whole.toString('utf8').split('\n')) if (line !== '') this.#note(JSON.parse(line));
  }

  /**
   * `new`: stored, on the disk. `duplicate`: the same message came before. `stale`: something newer is known of the ticket.
   * @param {CallbackEvent} event
   * @returns {'new' | 'duplicate' | 'stale'}
   */
  take(event) {
    if (this.#seen.has(event.id)) return 'duplicate';
    const known = this.#newest.get(event.subject);
    if (known !== undefined && event.data.ticketVersion <= known.data.ticketVersion) return 'stale';
    const file = openSync(this.#file, 'a', 0o600);
    try {
      appendFileSync(file, `${JSON.stringify(event)}\n`);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    this.#note(event);
    return 'new';
  }

  /** What you would bring to a reconciliation: each ticket that is still yours, with the version that you know. */
  tickets() {
    return [...this.#newest.values()]
      .filter(({ type }) => !LAST_WORDS.test(type))
      .map(({ subject, data }) => ({ ticketNo: subject, version: data.ticketVersion }));
  }

  /** @param {CallbackEvent} event */
  #note(event) {
    this.#seen.add(event.id);
    this.#newest.set(event.subject, event);
  }
}
