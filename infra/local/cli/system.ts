/**
 * One local instance as a whole: the synthesized template in the runner, the platforms around it, and the secrets that
 * both sides share. `npm start`, the demo and the end-to-end tests all start this.
 */
import { join } from 'node:path';
import { LATE_TEMPLATE } from '#domain/delivery/late.ts';
import { templatesOf } from '#domain/feedback/notice.ts';
import { WARNING_TEMPLATE } from '#domain/sla/recipients.ts';
import type { Faults } from '#infra/local/faults/faults.ts';
import type { ClerkStep, Pace, StepReport } from '#infra/local/platforms/clerk.ts';
import { type Platforms, startPlatforms } from '#infra/local/platforms/index.ts';
import { AUDIENCE } from '#infra/local/platforms/oidc.ts';
import { type Runner, type RunnerLog, startRunner } from '#infra/local/runner.ts';
import type { District } from '#schemas/district.ts';
import { districtOf, parametersOf, takeFolder } from './folder.ts';
import { openTicketLog } from './log.ts';
import { type LocalSecrets, openSecrets, secretKind } from './secrets.ts';

/** The local account plays a mainland region: a mainland district refuses to synthesize elsewhere. */
export const LOCAL_REGION = 'cn-north-1';

export interface SystemOptions {
  dataDir: string;
  /** 0 = any free port. */
  port: number;
  /** A folder under `districts/`. */
  district: string;
  /** An assembly that was synthesized before; otherwise it is made anew in the data folder. */
  assembly?: string;
  /** Office time per real time; 1 unless given. */
  speed?: number;
  /** Office time moves only by `runner.plane.clock.advanceTo` (tests). */
  frozen?: boolean;
  /** Office time at which an empty data folder begins (epoch ms); else real time. */
  startAt?: number;
  /** Built-in departments for those without an endpoint; on unless false. */
  demoDepartments?: boolean;
  /** Units without an API, and the phone that a short message with a link goes to; they get no built-in department. */
  clerkPhones?: Readonly<Record<string, string>>;
  /** Fetch the local board's messages, as from a board that cannot push; off unless true. */
  pollBoard?: boolean;
  /** Demo departments that take callbacks and never answer. */
  silent?: readonly string[];
  pace?: Partial<Record<ClerkStep, Pace>>;
  /** Lifts the API's rate limits, for whoever drives far above a county's hours (bench, tests that flood). */
  throttle?: false;
  /** What goes wrong between the functions and AWS, for tests. */
  faults?: Faults;
  /** Nothing about tickets on the terminal. */
  quiet?: boolean;
  onLog?: (entry: RunnerLog) => void;
  onClerk?: (report: StepReport) => void;
}

export interface System {
  url: string;
  runner: Runner;
  platforms: Platforms;
  secrets: LocalSecrets;
  district: District;
  stop: () => Promise<void>;
}

/** Units that hold no tickets of their own in Jieban: the desk works through the hotline API, the city has its platform. */
const NO_RECEIVER = new Set(['hotline']);

async function synthesizeInto(dataDir: string, district: string): Promise<string> {
  const outdir = join(dataDir, 'cdk.out');
  // Loaded only here: the CDK is large, and an instance that is given an assembly doesn't need it.
  const { synthesize } = await import('#infra/synth.ts');
  await synthesize({ district, region: LOCAL_REGION, outdir, allowOutsideMainland: false });
  return outdir;
}

/** Values for the template's parameters that point at the development issuer; a deployment passes its provider's. */
function oidcParameters(assembly: string, issuer: { issuer: string; jwksUrl: string }): Record<string, string> {
  const values = parametersOf(assembly).flatMap((name) => {
    if (/jwks/i.test(name)) return [[name, issuer.jwksUrl]];
    if (/oidc.*issuer|issuer.*oidc/i.test(name)) return [[name, issuer.issuer]];
    if (/oidc.*audience/i.test(name)) return [[name, AUDIENCE]];
    return [];
  });
  return Object.fromEntries(values) as Record<string, string>;
}

/** @throws DataFolderInUse while another instance runs on the folder. */
export async function startSystem(o: SystemOptions): Promise<System> {
  const folder = takeFolder(o.dataDir);
  const stops: (() => Promise<void> | void)[] = [() => folder.release()];
  const stop = async () => {
    for (let next = stops.pop(); next; next = stops.pop()) await next();
  };
  try {
    const assembly = o.assembly ?? (await synthesizeInto(o.dataDir, o.district));
    const district = districtOf(assembly);
    const receivers = district.departments.filter(({ level }) => !NO_RECEIVER.has(level));
    const secrets = openSecrets(
      o.dataDir,
      receivers.map(({ id }) => id),
      templatesOf(district.feedback, 'wechat'),
      o.clerkPhones,
    );
    const { phone, website, wechat, departments } = secrets.get();
    let showCode: (phone: string, params: Readonly<Record<string, string>>) => void = () => {};
    const platforms = await startPlatforms({
      dataDir: o.dataDir,
      wechat: { ...wechat, templateIds: Object.values(wechat.templates) },
      phoneKeys: phone.outbound.keys,
      websiteKeys: website.outbound.keys,
      smsTemplates: [
        ...templatesOf(district.feedback, 'sms'),
        LATE_TEMPLATE,
        WARNING_TEMPLATE,
        district.clerkLinks.smsTemplate,
      ],
      onNotice: ({ template, phone, params }) => {
        if (template === district.clerkLinks.smsTemplate) showCode(phone, params);
      },
      departments: {
        keys: Object.fromEntries(Object.entries(departments).map(([id, { keys }]) => [id, keys])),
        ...(o.silent ? { silent: o.silent } : {}),
        ...(o.pace ? { pace: o.pace } : {}),
        ...(o.onClerk ? { report: o.onClerk } : {}),
      },
      onError: (error) => console.error('platform fake failed', error),
    });
    stops.push(() => platforms.stop());
    const demo = receivers.filter(
      ({ id, endpoint }) =>
        endpoint === undefined && o.demoDepartments !== false && departments[id]?.notify === undefined,
    );
    secrets.point({
      platformsUrl: platforms.url,
      demoEndpoints: Object.fromEntries(demo.map(({ id }) => [id, platforms.endpointOf(id)])),
      pollBoard: o.pollBoard === true,
    });
    // Whoever has an address of their own answers for themselves.
    const builtIn = demo.filter(({ id }) => secrets.get().departments[id]?.endpoint === platforms.endpointOf(id));

    let officeNow = () => Date.now();
    const shortNames = new Map(district.departments.map(({ id, shortName }) => [id, shortName]));
    const log = openTicketLog({
      dataDir: o.dataDir,
      officeNow: () => officeNow(),
      unitName: (id) => shortNames.get(id) ?? id,
      quiet: o.quiet ?? false,
    });
    stops.push(() => log.close());
    const runner = await startRunner({
      assembly,
      dataDir: o.dataDir,
      port: o.port,
      speed: o.speed ?? 1,
      frozen: o.frozen ?? false,
      ...(o.startAt === undefined ? {} : { startAt: o.startAt }),
      ...(o.throttle === undefined ? {} : { throttle: o.throttle }),
      faults: o.faults,
      initialSecret: (constructId) => secrets.initial(constructId),
      parameters: oidcParameters(assembly, platforms.oidc),
      log: (entry) => {
        if (entry.source === 'function') log.functionLine(entry.fn ?? '', entry.line);
        // The front's lines tell of requests, one each; people follow tickets, and see a request only when it was refused.
        else if (entry.source !== 'front' || / [45]\d\d \d+ ms$/.test(entry.line)) log.note(entry.line);
        o.onLog?.(entry);
      },
    });
    stops.push(() => runner.stop());
    officeNow = () => runner.plane.clock.now();
    platforms.departments.attach({ url: runner.url, speed: () => runner.plane.clock.speed() });
    platforms.departments.onMove((department, endpoint) =>
      runner.plane.putSecret(
        (name) => secretKind(name) === 'departments',
        secrets.move(department, endpoint ?? platforms.endpointOf(department)),
      ),
    );
    if (folder.usedBefore) {
      // Beside the start, not in its way; a stop in the middle of it is no fault.
      platforms.departments
        .resume(builtIn.map(({ id }) => id))
        .catch((error: unknown) => log.note(`demo departments could not read their work lists: ${String(error)}`));
    }
    // Here nobody has that phone: the terminal plays it.
    showCode = (number, { unit, ticketNo, code }) =>
      log.note(`短信 → ${number}：${unit} 有工单 ${ticketNo} 待办，办理码 ${code}，网页 ${runner.url}/clerk`);
    const { endpoints, region } = runner.plane;
    folder.serving(runner.url, { region, sqs: endpoints.sqs, dynamodb: endpoints.dynamodb });
    return { url: runner.url, runner, platforms, secrets: secrets.get(), district, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
