/** The outside world's side of Jieban's API, as the demo plays it: channels, citizen and hotline operator. */
import { randomUUID } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import * as z from 'zod';
import type { System } from '#infra/local/cli/system.ts';
import type { HotlineCommand, RatingRequest } from '#schemas/command.ts';
import type { Channel } from '#schemas/common.ts';
import { IntakeReceipt, WechatSession } from '#schemas/intake.ts';

/** Statuses and owners as text: the demo shows them and compares a few. */
const PublicTicket = z.looseObject({ status: z.string() });
const HotlineTicket = z.looseObject({ ticket: z.looseObject({ status: z.string(), owner: z.string() }) });

async function json(response: Response, wanted: readonly number[]): Promise<unknown> {
  const text = await response.text();
  if (!wanted.includes(response.status)) {
    throw new Error(`${new URL(response.url).pathname} answered ${response.status} ${text.slice(0, 300)}`);
  }
  return JSON.parse(text);
}

export class Client {
  readonly #system: System;
  #operator: Promise<string> | undefined;

  constructor(system: System) {
    this.#system = system;
  }

  /** A mini-program user's session token; `code` starts with `demo-`. */
  async login(code: string): Promise<string> {
    const response = await this.#post('/channels/wechat/sessions', { code });
    return WechatSession.parse(await json(response, [200, 201])).token;
  }

  /** Posts a request through its channel, authenticated as that channel does it. */
  async request(channel: Channel, body: object, session = ''): Promise<IntakeReceipt> {
    const path = `/channels/${channel}/requests`;
    const text = JSON.stringify(body);
    const headers: Record<string, string> =
      channel === 'wechat' ? { authorization: `Bearer ${session}` } : this.#signature(channel, text);
    return IntakeReceipt.parse(await json(await this.#post(path, body, headers), [202]));
  }

  /** What the citizen sees; `queryCode` is the one of the receipt. */
  async status(ticketNo: string, queryCode: string): Promise<z.infer<typeof PublicTicket>> {
    const response = await fetch(`${this.#system.url}/tickets/${ticketNo}`, { headers: { 'x-query-code': queryCode } });
    return PublicTicket.parse(await json(response, [200]));
  }

  async rate(ticketNo: string, queryCode: string, rating: RatingRequest): Promise<void> {
    await json(await this.#post(`/tickets/${ticketNo}/rating`, rating, { 'x-query-code': queryCode }), [200]);
  }

  /** The ticket as the hotline office sees it. */
  async inspect(ticketNo: string): Promise<z.infer<typeof HotlineTicket>> {
    const headers = { authorization: `Bearer ${await this.#operatorToken()}` };
    const response = await fetch(`${this.#system.url}/hotline/tickets/${ticketNo}`, { headers });
    return HotlineTicket.parse(await json(response, [200]));
  }

  async order(ticketNo: string, command: HotlineCommand): Promise<void> {
    const headers = { authorization: `Bearer ${await this.#operatorToken()}` };
    await json(await this.#post(`/hotline/tickets/${ticketNo}/commands`, command, headers), [200]);
  }

  #operatorToken(): Promise<string> {
    this.#operator ??= this.#system.platforms.oidc.token('desk-7', 'dispatcher');
    return this.#operator;
  }

  #signature(channel: 'phone' | 'website', text: string): Record<string, string> {
    const key = this.#system.secrets[channel].inbound[0];
    if (key === undefined) throw new Error(`the ${channel} secret has no inbound key`);
    const id = `msg_${randomUUID()}`;
    const now = new Date();
    return {
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
      'webhook-signature': new Webhook(key).sign(id, now, text),
    };
  }

  #post(path: string, body: object, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(`${this.#system.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
  }
}
