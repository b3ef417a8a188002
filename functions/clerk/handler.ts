/** 承办单位办理页: for units without an API. A page, and behind it one ticket and the unit's commands, opened by a link. */
import { refreshDistrict } from '#functions/adapters/catalogue-overlay.ts';
import { district } from '#functions/adapters/district.ts';
import { api, type Request, type Routes, readJson, requireJson } from '#functions/shared/http.ts';
import { ProblemError, parseBody } from '#functions/shared/problem.ts';
import { staticFile } from '#functions/shared/static-files.ts';
import { ClerkCommand } from '#schemas/clerk.ts';
import { act } from './act.ts';
import files from './assets.json' with { type: 'json' };
import { authenticateClerk } from './authenticate.ts';
import { clerkPage } from './page.ts';
import { clerkTask } from './task.ts';
import { inChinese } from './words.ts';

/** A person reads what these routes refuse. */
const saying =
  (route: Routes[string]): Routes[string] =>
  (request: Request) =>
    route(request).catch((error: unknown) => {
      throw error instanceof ProblemError ? inChinese(error) : error;
    });

export const handler = api({
  'GET /clerk': async (request) => clerkPage(request, district()),

  'GET /clerk/{file}': async (request) => staticFile(files, request),

  'GET /clerk/ticket': saying(async (request) => {
    const held = await authenticateClerk(request);
    await refreshDistrict();
    return { status: 200, body: await clerkTask(held) };
  }),

  'POST /clerk/commands': saying(async (request) => {
    requireJson(request);
    const held = await authenticateClerk(request);
    return act(held, parseBody(ClerkCommand, readJson(request)), request);
  }),
});
