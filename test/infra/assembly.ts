/** Synthesizes the real app for a region, once per test file, and reads what a deployment would read. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Synthesized, synthesize } from '#infra/synth.ts';

export interface Resource {
  readonly id: string;
  readonly stack: string;
  readonly type: string;
  /** Construct path, e.g. `jieban-xianan-stateless/Intake/Queue/Resource`. */
  readonly path: string;
  // biome-ignore lint/suspicious/noExplicitAny: a template's properties have no type
  readonly properties: any;
  readonly deletionPolicy: string | undefined;
  readonly metadata: Readonly<Record<string, unknown>>;
}

export interface Assembly {
  readonly region: string;
  readonly synthesized: Synthesized;
  /** The templates, one text each. */
  readonly texts: readonly string[];
  /** All templates as text. */
  readonly text: string;
  readonly resources: readonly Resource[];
  ofType(type: string): Resource[];
  /** The resource that a `Ref` or `Fn::GetAtt` points to. */
  target(value: unknown): Resource | undefined;
  /** The function that a name or ARN leads to, and the alias that it goes through. */
  functionBehind(value: unknown): { readonly fn: Resource | undefined; readonly alias: string | undefined };
  cleanup(): void;
}

export const DISTRICT = 'xianan';
export const REGIONS = ['us-east-1', 'cn-north-1', 'cn-northwest-1'] as const;

export function scratchDirectory(): string {
  return mkdtempSync(join(tmpdir(), 'jieban-infra-test-'));
}

export function synthesizeFor(region: string): Assembly {
  const outdir = scratchDirectory();
  const synthesized = synthesize({ district: DISTRICT, region, outdir, allowOutsideMainland: true });
  const texts = synthesized.stacks.map(({ templateFile }) => readFileSync(templateFile, 'utf8'));
  const resources = texts.flatMap((text, index): Resource[] =>
    Object.entries<Record<string, never>>(JSON.parse(text).Resources).map(([id, resource]) => ({
      id,
      stack: synthesized.stacks[index]!.name,
      type: resource.Type!,
      path: String(resource.Metadata?.['aws:cdk:path'] ?? id),
      properties: resource.Properties ?? {},
      deletionPolicy: resource.DeletionPolicy,
      metadata: resource.Metadata ?? {},
    })),
  );
  const byId = new Map(resources.map((resource) => [resource.id, resource]));
  return {
    region,
    synthesized,
    texts,
    text: texts.join('\n'),
    resources,
    ofType: (type) => resources.filter((resource) => resource.type === type),
    target: (value) => {
      const { Ref, 'Fn::GetAtt': attribute } = (value ?? {}) as { Ref?: string; 'Fn::GetAtt'?: string[] };
      return byId.get(Ref ?? attribute?.[0] ?? '');
    },
    functionBehind: (value) => {
      const [, id = ''] = /"Ref":"([^"]+)"/.exec(JSON.stringify(value ?? '')) ?? [];
      const found = byId.get(id);
      const alias = found?.type === 'AWS::Lambda::Alias' ? found : undefined;
      return { fn: byId.get(alias?.properties.FunctionName.Ref ?? id), alias: alias?.properties.Name };
    },
    cleanup: () => rmSync(outdir, { recursive: true, force: true }),
  };
}

export interface Statement {
  readonly owner: Resource;
  readonly effect: string;
  readonly actions: readonly string[];
  readonly resources: readonly unknown[];
}

/** Every statement of every policy in the templates: of roles, keys and queues. */
export function statementsOf(assembly: Assembly): Statement[] {
  const list = <T>(value: T | T[] | undefined): T[] =>
    value === undefined ? [] : Array.isArray(value) ? value : [value];
  return assembly.resources.flatMap((owner) => {
    const { PolicyDocument, KeyPolicy, AssumeRolePolicyDocument, Policies } = owner.properties;
    const documents = [
      PolicyDocument,
      KeyPolicy,
      AssumeRolePolicyDocument,
      ...list(Policies).map((policy) => policy.PolicyDocument),
    ];
    return documents.flatMap((document) =>
      list(document?.Statement).map((statement) => ({
        owner,
        effect: statement.Effect,
        actions: list<string>(statement.Action),
        resources: list<unknown>(statement.Resource),
      })),
    );
  });
}

/** Name of the function that a resource below its construct belongs to: `…-stateless/<name>/…`. */
export const functionOf = (resource: Resource): string => resource.path.split('/')[1] ?? '';
