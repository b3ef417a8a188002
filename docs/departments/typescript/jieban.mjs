/**
 * 接办 Jieban for a department's programmer: sends commands, reads the work list and the reconciliation, verifies callbacks.
 * Copy this file and jieban.d.mts into your program. Node 20 or newer; the only dependency is `standardwebhooks`.
 *
 *     const jieban = new JiebanDepartment({ baseUrl: 'https://…', departmentId: 'renshe', secret: 'whsec_…' });
 *     await jieban.command('XA2026112300000018', { command: 'sign', handler: 'A017' });
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Webhook } from 'standardwebhooks';

/** @import { CallbackEvent, CommandAnswer, CommandOptions, DepartmentCommand, Options, Reconciliation, ReconciliationEntry, Status, WorkList, WorkListEntry } from './jieban.mjs' */

/** Jieban answered, and refused. `code` is the machine code of its problem+json, e.g. `stateForbids`. */
export class JiebanError extends Error {
  /**
   * @param {number} status
   * @param {{ code?: string, title?: string, detail?: string, errors?: { pointer: string, detail: string }[] }} problem
   */
  constructor(status, { code = 'unknown', title = '', detail, errors = [] }) {
    const fields = errors.map(({ pointer, detail: what }) => `${pointer} ${what}`.trim());
    super(`${status} ${code}: ${[detail ?? title, ...fields].join('; ')}`);
    this.name = 'JiebanError';
    this.status = status;
    this.code = code;
    this.detail = detail;
    this.errors = errors;
  }
}

/** No answer came, not even at the last attempt. The command may have arrived: repeat it under the same `id`. */
export class JiebanUnreachable extends Error {
  /** @param {string} id @param {unknown} cause */
  constructor(id, cause) {
    super(`no answer from Jieban to ${id}`, { cause });
    this.name = 'JiebanUnreachable';
    this.id = id;
  }
}

/** Trouble on the other side, or on the way: the same message may be sent again. */
const worthRepeating = (/** @type {number} */ status) => status >= 500 || status === 429;

/** Nobody waits longer than this for a Retry-After (ms). */
const LONGEST_WAIT_MS = 60_000;

export class JiebanDepartment {
  #baseUrl;
  #departmentId;
  /** @type {readonly string[]} */
  #secrets;
  #timeoutMs;
  #waitsMs;

  /** @param {Options} options */
  constructor({ baseUrl, departmentId, secret, timeoutMs = 10_000, waitsMs = [500, 1000, 2000, 4000, 8000] }) {
    this.#baseUrl = baseUrl.replace(/\/+$/, '');
    this.#departmentId = departmentId;
    this.#secrets = typeof secret === 'string' ? [secret] : secret;
    if (this.#secrets.length === 0) throw new TypeError('a department has one secret, or two during a rotation');
    this.#timeoutMs = timeoutMs;
    this.#waitsMs = waitsMs;
  }

  /**
   * Gives a command. Throws JiebanError when it is refused, JiebanUnreachable when nobody answers.
   * @param {string} ticketNo
   * @param {DepartmentCommand} body
   * @param {CommandOptions} [options] `id`: store it before you send, and use it again after a crash
   * @returns {Promise<CommandAnswer>}
   */
  async command(ticketNo, body, { id = `msg_${randomUUID()}` } = {}) {
    return this.#exchange(`/tickets/${encodeURIComponent(ticketNo)}/commands`, id, JSON.stringify(body));
  }

  /**
   * One page of the open tickets, the most urgent deadline first. Works without callbacks, too: poll it.
   * @param {{ status?: Status, cursor?: string }} [query]
   * @returns {Promise<WorkList>}
   */
  async workList(query = {}) {
    return this.#exchange(`/tickets${queryOf(query)}`);
  }

  /** Every open ticket. @param {{ status?: Status }} [query] @returns {AsyncGenerator<WorkListEntry>} */
  async *tickets(query = {}) {
    yield* pages((cursor) => this.workList({ ...query, ...cursor }));
  }

  /**
   * One page of what you should have: the open tickets, and those that left you on `day` (YYYY-MM-DD, today unless given).
   * @param {{ day?: string, cursor?: string }} [query]
   * @returns {Promise<Reconciliation>}
   */
  async reconciliation(query = {}) {
    return this.#exchange(`/reconciliation${queryOf(query)}`);
  }

  /** All of it. @param {{ day?: string }} [query] @returns {AsyncGenerator<ReconciliationEntry>} */
  async *reconciled(query = {}) {
    yield* pages((cursor) => this.reconciliation({ ...query, ...cursor }));
  }

  /**
   * The event in a callback, if one of the secrets signed these very bytes within five minutes. Throws otherwise. Give it
   * the raw body: parsed and written again it has other bytes.
   * @param {Buffer} rawBody
   * @param {Record<string, string | string[] | undefined>} headers
   * @returns {CallbackEvent}
   */
  verify(rawBody, headers) {
    const signed = Object.fromEntries(
      ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) => [name, String(headers[name] ?? '')]),
    );
    let refusal;
    for (const secret of this.#secrets) {
      try {
        return /** @type {CallbackEvent} */ (new Webhook(secret).verify(rawBody, signed));
      } catch (error) {
        refusal = error;
      }
    }
    throw refusal;
  }

  /**
   * Attempts share the id, so that a command which arrived at the first is answered, not repeated, at the second. Each has
   * its own timestamp, and so its own signature.
   * @param {string} path
   * @param {string} [id]
   * @param {string} [body] absent: a GET, signed over nothing
   */
  async #exchange(path, id = `msg_${randomUUID()}`, body) {
    for (let attempt = 0; ; attempt++) {
      const wait = this.#waitsMs[attempt];
      const last = wait === undefined;
      let asked = 0;
      try {
        const response = await this.#send(path, id, body);
        const answer = await response.json().catch(() => ({}));
        if (response.ok) return answer;
        if (last || !worthRepeating(response.status)) throw new JiebanError(response.status, answer);
        asked = 1000 * Number(response.headers.get('retry-after') ?? 0) || 0;
      } catch (error) {
        if (error instanceof JiebanError) throw error;
        if (last) throw new JiebanUnreachable(id, error);
      }
      // ± 20 %: sixty departments must not come back in the same second.
      await sleep(Math.min(LONGEST_WAIT_MS, Math.max(asked, wait * (0.8 + Math.random() * 0.4))));
    }
  }

  /** @param {string} path @param {string} id @param {string | undefined} body */
  #send(path, id, body) {
    const now = new Date();
    const [secret = ''] = this.#secrets;
    return fetch(`${this.#baseUrl}/departments/${this.#departmentId}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
        'webhook-signature': new Webhook(secret).sign(id, now, body ?? ''),
      },
      ...(body === undefined ? {} : { body }),
      redirect: 'error',
      signal: AbortSignal.timeout(this.#timeoutMs),
    });
  }
}

/** @param {Record<string, string | undefined>} query */
function queryOf(query) {
  const given = Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
}

/**
 * @template T
 * @param {(cursor: { cursor?: string }) => Promise<{ tickets: T[], cursor?: string | undefined }>} read
 * @returns {AsyncGenerator<T>}
 */
async function* pages(read) {
  let page = await read({});
  yield* page.tickets;
  while (page.cursor !== undefined) {
    page = await read({ cursor: page.cursor });
    yield* page.tickets;
  }
}
