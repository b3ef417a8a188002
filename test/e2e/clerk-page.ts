/** The clerk's page as a clerk drives it: in a real browser, on a phone or at a desk, under the page's own policy. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { MadeLink } from '#schemas/clerk.ts';
import type { DepartmentCommand, HotlineCommand } from '#schemas/command.ts';
import type { Instance } from './support.ts';

export const PHONE = { width: 390, height: 844 };
export const DESK = { width: 1280, height: 800 };

export interface Clerk {
  readonly page: Page;
  /** What the browser complained of: errors of scripts, breaches of the policy. */
  readonly faults: string[];
  /** Every address that was asked for. */
  readonly asked: string[];
  /** Shown text, also of parts that are not in sight. */
  text(): Promise<string>;
  /** The button of that name. */
  press(name: string): Promise<void>;
  /** Waits until the page says so. */
  sees(text: string | RegExp): Promise<void>;
  /** Into the folder JIEBAN_SCREENSHOTS, when one is given. */
  shot(name: string): Promise<void>;
  close(): Promise<void>;
}

/** A clerk with a browser of their own: nothing is shared with another. */
export async function sitDown(browser: Browser, viewport = PHONE): Promise<Clerk> {
  const phone = viewport.width < 600;
  const context = await browser.newContext({
    viewport,
    locale: 'zh-CN',
    timezoneId: 'America/New_York',
    ...(phone ? { isMobile: true, hasTouch: true, deviceScaleFactor: 2 } : {}),
  });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const faults: string[] = [];
  const asked: string[] = [];
  page.on('pageerror', ({ message }) => faults.push(message));
  page.on('console', (message) => {
    // A refused request is no fault of the page; that it speaks of one is what tests look at.
    if (message.type() === 'error' && !/^Failed to load resource/.test(message.text())) faults.push(message.text());
  });
  page.on('request', (request) => asked.push(request.url()));
  const folder = process.env.JIEBAN_SCREENSHOTS;
  return {
    page,
    faults,
    asked,
    text: async () => (await page.locator('body').textContent()) ?? '',
    press: (name) => page.getByRole('button', { name, exact: true }).click(),
    sees: (text) => page.getByText(text).first().waitFor(),
    async shot(name) {
      if (folder === undefined || folder === '') return;
      mkdirSync(folder, { recursive: true });
      await page.screenshot({ path: join(folder, `${viewport.width}-${name}.png`), fullPage: true });
    },
    close: () => context.close(),
  };
}

/** The desk makes a link for the ticket's owner. */
export async function linkFor(jieban: Instance, ticketNo: string, unit: string): Promise<MadeLink> {
  const token = await jieban.platforms.oidc.token('desk-7', 'dispatcher');
  const answer = await jieban.raw(`/hotline/tickets/${ticketNo}/links`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ unit, reason: '该单位没有接口' }),
  });
  return MadeLink.parse(answer.body);
}

/** Files a request by phone and waits until it has its owner. */
export async function dispatchedTo(jieban: Instance, request: object): Promise<{ ticketNo: string; owner: string }> {
  const { body } = await jieban.post('phone', request);
  const { ticketNo } = body;
  const owner = await jieban.until('the ticket is dispatched', async () => {
    const { status, body: history } = await jieban.history(ticketNo);
    return status === 200 && history.ticket.status === 'AWAIT_SIGN' ? history.ticket.owner : undefined;
  });
  return { ticketNo, owner };
}

export async function given(
  jieban: Instance,
  ticketNo: string,
  owner: string,
  commands: readonly DepartmentCommand[],
  reviewed?: HotlineCommand,
): Promise<void> {
  for (const command of commands) {
    const { status, body } = await jieban.department(owner, ticketNo, command);
    if (status !== 200) throw new Error(`${command.command}: ${JSON.stringify(body)}`);
  }
  if (reviewed !== undefined) await jieban.operator(ticketNo, reviewed);
}
