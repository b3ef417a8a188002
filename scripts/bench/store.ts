/**
 * The ticket store on the local database: transactions/s when it is nearly empty and after 10,000 tickets. One transaction
 * registers a ticket (snapshot, two events, text); nobody reads the stream, so its records pile up as badly as they can.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { route } from '#domain/routing/route.ts';
import { useDistrict } from '#functions/adapters/district.ts';
import { changeTicket } from '#functions/shared/change.ts';
import { compileDistrict } from '#infra/district-folder.ts';
import { provision } from '#infra/local/aws/provision.ts';
import { Template } from '#infra/local/aws/template.ts';
import { LOCAL_REGION } from '#infra/local/cli/system.ts';
import { startPlane } from '#infra/local/plane/index.ts';
import { synthesize } from '#infra/synth.ts';
import type { Figure } from './figure.ts';
import { requestFor } from './request.ts';

const CONNECTIONS = 8;
const SAMPLE = 400;
const SAMPLES = 5;

export async function* store(): AsyncIterable<Figure> {
  const folder = mkdtempSync(join(tmpdir(), 'jieban-bench-'));
  const district = compileDistrict('xianan');
  useDistrict(district);
  const { directory } = synthesize({ district: 'xianan', region: LOCAL_REGION, outdir: join(folder, 'cdk.out') });
  const template = new Template(directory, { OidcIssuer: 'x', OidcAudience: 'x', OidcJwksUrl: 'x' });
  const plane = await startPlane({ dataDir: join(folder, 'data'), speed: 1, region: LOCAL_REGION, log: () => {} });
  try {
    await provision(template, plane, () => '{}');
    await pointAt(plane.endpoints.dynamodb);
    let made = 0;
    const register = async (): Promise<void> => {
      // In sequence: drawn numbers are unique only once the receipt's transaction accepted them.
      const ticketNo = `${district.ticketPrefix}${String(made++).padStart(16, '0')}`;
      const intake = requestFor(ticketNo, new Date().toISOString());
      const decision = route(intake, district);
      const result = await changeTicket({
        ticketNo: intake.ticketNo,
        command: { command: 'register', intake, decision },
        actor: { kind: 'system', id: 'bench' },
      });
      if (result.outcome !== 'changed') throw new Error(`not registered: ${result.outcome}`);
    };
    const figures: number[] = [];
    for (const after of [500, 10_000]) {
      await parallel(after - made, register);
      const rates: number[] = [];
      for (let sample = 0; sample < SAMPLES; sample++) {
        const start = performance.now();
        await parallel(SAMPLE, register);
        rates.push(SAMPLE / ((performance.now() - start) / 1000));
      }
      const median = rates.sort((a, b) => a - b)[Math.floor(SAMPLES / 2)] ?? 0;
      figures.push(median);
      yield {
        name: 'ticket_transactions',
        value: Math.round(median),
        unit: '1/s',
        tickets: after,
        connections: CONNECTIONS,
      };
    }
    const [few = 1, many = 0] = figures;
    yield {
      name: 'ticket_transactions_kept',
      value: Math.round((many / few) * 1000) / 1000,
      unit: 'ratio',
      of: '10000/500',
    };
  } finally {
    await plane.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** As the runner would set it for a function. */
async function pointAt(endpoint: string): Promise<void> {
  Object.assign(process.env, {
    AWS_REGION: LOCAL_REGION,
    AWS_ACCESS_KEY_ID: 'bench',
    AWS_SECRET_ACCESS_KEY: 'bench',
    AWS_ENDPOINT_URL_DYNAMODB: endpoint,
  });
  const client = new DynamoDBClient({});
  const names = (await client.send(new ListTablesCommand({}))).TableNames ?? [];
  client.destroy();
  process.env.TICKETS_TABLE = names.find((name) => /tickets/i.test(name));
}

async function parallel(count: number, work: () => Promise<void>): Promise<void> {
  let left = count;
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      while (left-- > 0) await work();
    }),
  );
}
