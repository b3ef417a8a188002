/**
 * The Lambda functions of the template: copies each bundle to a folder of its own outside of the source tree, reads
 * sizes, limits and environment, and finds a function by any name or ARN that the template uses for it.
 */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Faults } from '../faults/faults.ts';
import type { Role } from '../iam/roles.ts';
import { meterOf } from '../meter/meter.ts';
import { FunctionError, FunctionPool, type InvokeOptions, type Usage } from './function-pool.ts';
import type { FunctionSpec } from './lambda-environment.ts';
import { reservedVariables, type ServiceEndpoints } from './lambda-environment.ts';
import { describe, type Resource, type Template, UnsupportedTemplateError } from './template.ts';

interface FunctionProperties {
  Code: { S3Key?: string; ZipFile?: string; ImageUri?: string };
  Handler: string;
  Runtime: string;
  MemorySize?: number;
  Timeout?: number;
  Environment?: { Variables?: Record<string, unknown> };
  ReservedConcurrentExecutions?: number;
  LoggingConfig?: { LogGroup?: string };
  DeadLetterConfig?: { TargetArn?: string };
}

interface MappingProperties {
  FunctionName: string;
  ScalingConfig?: { MaximumConcurrency?: number };
}

/**
 * Worker threads per function, unless the template allows fewer. Each loads the bundle anew and warms up by itself (0.2 s of CPU), so more
 * of them than cores make a machine slower. Two at least: one may wait for another platform.
 */
const DEFAULT_CONCURRENCY = Math.min(4, Math.max(2, availableParallelism()));
/** Lambda refuses a larger environment (bytes, names and values together). */
const MAX_ENVIRONMENT_BYTES = 4096;
const FOLDER_PREFIX = 'jieban-functions-';

/** An ARN or name that belongs to no function of the template. */
export class UnknownFunctionError extends Error {
  override name = 'UnknownFunctionError';
}

export class Functions {
  readonly #template: Template;
  readonly #pools = new Map<string, FunctionPool>();
  /** Alias and version ARNs, and construct names that the runner's callers use. */
  readonly #byArn = new Map<string, FunctionPool>();
  readonly #byConstruct = new Map<string, FunctionPool>();
  readonly #folder: string;
  readonly #down = new Set<FunctionPool>();

  constructor(
    template: Template,
    o: {
      endpoints: ServiceEndpoints;
      officeClock: SharedArrayBuffer;
      /** By the function's ARN. */
      roles: ReadonlyMap<string, Role>;
      faults?: Faults | undefined;
      log: (fn: string, line: string) => void;
      afterEach: () => void;
    },
  ) {
    this.#template = template;
    removeAbandonedFolders();
    this.#folder = mkdtempSync(join(realpathSync(tmpdir()), `${FOLDER_PREFIX}${process.pid}-`));
    const copies = new Map<string, string>();
    for (const resource of template.ofType('AWS::Lambda::Function')) {
      const spec = this.#specOf(resource, copies, o.roles);
      const id = constructIdOf(resource);
      const label = this.#pools.has(id) ? resource.path : id;
      const faults = o.faults?.setupOf(label);
      const pool = new FunctionPool(spec, { ...o, faults, meter: meterOf(label), log: (line) => o.log(label, line) });
      this.#pools.set(label, pool);
      this.#byConstruct.set(label.toLowerCase(), pool);
      this.#byArn.set(spec.arn, pool);
      this.#byArn.set(`${spec.arn}:$LATEST`, pool);
    }
    for (const resource of template.ofType('AWS::Lambda::Version', 'AWS::Lambda::Alias')) {
      const pool = this.#byArn.get(template.functionArn(resource));
      if (!pool) throw new UnsupportedTemplateError([describe(resource, 'its function is not in the template')]);
      this.#byArn.set(template.arn(resource), pool);
    }
  }

  /** Construct ids of all functions. */
  get names(): string[] {
    return [...this.#pools.keys()];
  }

  get pending(): number {
    return [...this.#pools.values()].reduce((sum, pool) => sum + pool.pending, 0);
  }

  get workers(): number {
    return [...this.#pools.values()].reduce((sum, pool) => sum + pool.workers, 0);
  }

  /** By construct id, since the start. */
  get usage(): Record<string, Usage> {
    return Object.fromEntries([...this.#pools].map(([name, pool]) => [name, pool.usage]));
  }

  /**
   * The function behind an ARN (plain, alias or version), a function name (with an alias or without) or a construct id (in any
   * case).
   * @throws UnknownFunctionError
   */
  find(reference: string): FunctionPool {
    const pool =
      this.#byArn.get(reference) ??
      this.#byConstruct.get(reference.toLowerCase()) ??
      [...this.#pools.values()].find(({ spec }) => spec.name === reference.split(':')[0]);
    if (!pool) throw new UnknownFunctionError(`no function of the template is called ${reference}`);
    return pool;
  }

  /** Construct id of the function behind any reference. */
  labelOf(reference: string): string {
    const pool = this.find(reference);
    return [...this.#pools].find(([, candidate]) => candidate === pool)?.[0] ?? reference;
  }

  async invoke(reference: string, event: unknown, options: InvokeOptions = {}): Promise<unknown> {
    const invokedArn = reference.startsWith('arn:') ? reference : undefined;
    const pool = this.find(reference);
    if (this.#down.has(pool)) {
      const body = { errorType: 'ServiceException', errorMessage: 'the function is interrupted', trace: [] };
      throw new FunctionError(pool.spec.name, 'interrupted', body);
    }
    return pool.invoke(event, { invokedArn, ...options });
  }

  /** Until it is told otherwise every call of the function fails as when the service is down. */
  interrupt(reference: string, down: boolean): void {
    if (down) this.#down.add(this.find(reference));
    else this.#down.delete(this.find(reference));
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#pools.values()].map((pool) => pool.stop()));
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #specOf(resource: Resource, copies: Map<string, string>, roles: ReadonlyMap<string, Role>): FunctionSpec {
    const template = this.#template;
    const properties = template.properties<FunctionProperties>(resource);
    const name = template.nameOf(resource);
    const arn = template.arn(resource);
    const variables = Object.entries(properties.Environment?.Variables ?? {});
    const environment = Object.fromEntries(variables.map(([key, value]) => [key, String(value)]));
    const problems = reservedVariables(environment).map((key) => `environment variable ${key} is reserved by Lambda`);
    const bytes = variables.reduce((sum, [key]) => sum + Buffer.byteLength(key + environment[key]), 0);
    if (bytes > MAX_ENVIRONMENT_BYTES) problems.push(`the environment is larger than 4 KB (${bytes} bytes)`);
    if (problems.length > 0) throw new UnsupportedTemplateError(problems.map((text) => describe(resource, text)));
    const mappings = this.#mappingsOf(resource);
    const limits = mappings.flatMap(({ ScalingConfig }) => ScalingConfig?.MaximumConcurrency ?? []);
    return {
      name,
      arn,
      handler: properties.Handler,
      runtime: properties.Runtime,
      region: resource.stack.region,
      folder: this.#copyCode(resource, properties, copies),
      environment,
      timeoutMs: (properties.Timeout ?? 3) * 1000,
      memoryMb: properties.MemorySize ?? 128,
      logGroup: properties.LoggingConfig?.LogGroup ?? `/aws/lambda/${name}`,
      concurrency: Math.min(
        DEFAULT_CONCURRENCY,
        properties.ReservedConcurrentExecutions ?? DEFAULT_CONCURRENCY,
        ...limits,
      ),
      role: roles.get(arn) ?? { holder: arn, name, grants: [] },
    };
  }

  #mappingsOf(resource: Resource): MappingProperties[] {
    const arn = this.#template.arn(resource);
    return this.#template
      .ofType('AWS::Lambda::EventSourceMapping')
      .filter((mapping) => this.#template.functionArn(mapping) === arn)
      .map((mapping) => this.#template.properties<MappingProperties>(mapping));
  }

  #copyCode(resource: Resource, { Code, Handler }: FunctionProperties, copies: Map<string, string>): string {
    const key = Code.S3Key ?? (Code.ZipFile === undefined ? undefined : resource.path);
    if (key === undefined) throw new UnsupportedTemplateError([describe(resource, 'Code is neither asset nor inline')]);
    const existing = copies.get(key);
    if (existing) return existing;
    const folder = join(this.#folder, Code.S3Key ? basename(key, '.zip') : `inline-${copies.size}`);
    if (Code.ZipFile !== undefined) {
      mkdirSync(folder);
      writeFileSync(join(folder, `${Handler.split('.')[0]}.js`), Code.ZipFile);
    } else {
      const source = resource.stack.assets.get(key);
      if (!source) throw new UnsupportedTemplateError([describe(resource, `the assembly holds no asset ${key}`)]);
      cpSync(source, folder, { recursive: true, dereference: true });
    }
    copies.set(key, folder);
    return folder;
  }
}

/** Last part of the construct path that someone wrote, e.g. `router` of `Stateless/router/Function/Resource`. */
export function constructIdOf(resource: Resource): string {
  return writtenPath(resource).at(-1) ?? resource.logicalId;
}

/** All that someone wrote of the construct path: `Intake/DeadLetters` of `Stateless/Intake/DeadLetters/Queue/Resource`. */
export function constructPathOf(resource: Resource): string {
  return writtenPath(resource).join('/') || resource.logicalId;
}

function writtenPath(resource: Resource): string[] {
  const parts = resource.path.split('/').slice(1);
  return parts.filter((part) => !GENERATED_PARTS.has(part));
}

/** Ids that constructs give to what they wrap. */
const GENERATED_PARTS = new Set(['Resource', 'Default', 'Function', 'Handler', 'Queue', 'Table', 'Secret', 'Machine']);

/** A killed runner leaves its copies behind; the process id in the name tells which. */
function removeAbandonedFolders(): void {
  for (const entry of readdirSync(tmpdir())) {
    const pid = Number(entry.startsWith(FOLDER_PREFIX) ? entry.slice(FOLDER_PREFIX.length).split('-')[0] : 0);
    if (!pid || isAlive(pid)) continue;
    rmSync(join(tmpdir(), entry), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
