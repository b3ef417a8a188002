/** The hotline's desk: the delivery interface behind a door of its own, lists over it, and `npm run deliveries` as an operator types it. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { APIGatewayProxyEvent, Context } from 'aws-lambda';
import { type Answer, type Exchange, type Route, serve } from '#infra/local/platforms/http.ts';
import { AUDIENCE, issuerRoutes, mintToken, openSigningKey } from '#infra/local/platforms/oidc.ts';
import { type DeliveryEntry, DeliveryPage, type EndpointEntry, EndpointList } from '#schemas/delivery-desk.ts';
import { connectAs, successfulOr } from '../../shared/remote.ts';

const PROJECT = fileURLToPath(new URL('../../..', import.meta.url));

export interface Desk {
  /** `npm run deliveries -- …`; what it printed. @throws Error when it ends otherwise than with 0 */
  command(...args: string[]): Promise<string>;
  dead(unit: string): Promise<DeliveryEntry[]>;
  waiting(unit: string): Promise<DeliveryEntry[]>;
  endpoints(): Promise<readonly EndpointEntry[]>;
  stop(): Promise<void>;
}

export async function openDesk(dataDir: string): Promise<Desk> {
  const key = await openSigningKey(join(dataDir, 'desk-key.json'));
  let url = '';
  const { handler } = await import('#functions/hotline/handler.ts');
  const door = (method: string, resource: string): Route => ({
    method,
    path: new RegExp(`^${resource.replace(/\{\w+\}/g, '([^/]+)')}$`),
    async handle(exchange) {
      const answer = await handler(proxied(method, resource, exchange), {} as Context);
      return { status: answer.statusCode, body: answer.body } satisfies Answer;
    },
  });
  const { server, port } = await serve(
    [
      ...issuerRoutes(key, () => url),
      door('GET', '/hotline/deliveries'),
      door('GET', '/hotline/endpoints'),
      door('POST', '/hotline/deliveries/replay'),
      door('POST', '/hotline/endpoints/{unit}/enable'),
    ],
    0,
    (error) => console.error(error),
  );
  url = `http://127.0.0.1:${port}`;
  Object.assign(process.env, {
    OIDC_ISSUER: url,
    OIDC_AUDIENCE: AUDIENCE,
    OIDC_JWKS_URL: `${url}/.well-known/jwks.json`,
  });
  const token = await mintToken({ key, issuer: url, sub: 'bench', role: 'leader' });
  const call = await connectAs({ sub: 'bench', whose: '负责人' }, { url, token, data: dataDir });

  async function list(unit: string, states: readonly DeliveryEntry['state'][]): Promise<DeliveryEntry[]> {
    const found: DeliveryEntry[] = [];
    for (let cursor: string | undefined, first = true; first || cursor !== undefined; first = false) {
      const query = new URLSearchParams({ unit, ...(cursor === undefined ? {} : { cursor }) });
      const page = DeliveryPage.parse(successfulOr({}, await call('GET', `/hotline/deliveries?${query}`)));
      found.push(...page.deliveries);
      cursor = page.cursor;
    }
    return found.filter(({ state }) => states.includes(state));
  }

  return {
    async command(...args) {
      const child = spawn(process.execPath, [join(PROJECT, 'scripts/deliveries.ts'), ...args, '--url', url], {
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { ...process.env, JIEBAN_TOKEN: token },
      });
      const ended = new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve));
      const [code, out, complaint] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
      if (code !== 0) throw new Error(`deliveries ${args.join(' ')} ended with ${code}: ${out}${complaint}`);
      return out;
    },
    dead: (unit) => list(unit, ['dead']),
    waiting: (unit) => list(unit, ['queued', 'failed']),
    endpoints: async () => EndpointList.parse(successfulOr({}, await call('GET', '/hotline/endpoints'))).endpoints,
    async stop() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

/** The parts of API Gateway's event that our functions read. */
function proxied(method: string, resource: string, { url, headers, raw, params }: Exchange): APIGatewayProxyEvent {
  const names = [...resource.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  return {
    httpMethod: method,
    resource,
    path: url.pathname,
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)])),
    queryStringParameters: Object.fromEntries(url.searchParams),
    pathParameters: Object.fromEntries(names.map((name, index) => [name, params[index] ?? ''])),
    body: raw.toString('utf8'),
    isBase64Encoded: false,
    requestContext: { path: url.pathname },
  } as unknown as APIGatewayProxyEvent;
}
