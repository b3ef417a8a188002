/**
 * Whether a role allows a call, as IAM decides it for the policies that this house writes: a matching `Deny` wins, then one
 * matching `Allow` is enough, and nothing is allowed by default. What it does not know it does not allow.
 * Rules: IAM User Guide, "Policy evaluation logic" and "IAM JSON policy elements: Action, Resource, Condition operators".
 */

/** One action on one resource; a statement of a policy is the product of both lists. */
export interface Grant {
  readonly effect: 'Allow' | 'Deny';
  /** `service:Action`, with `*` and `?` as wildcards. */
  readonly action: string;
  /** An ARN, with the same wildcards, or `*`. */
  readonly resource: string;
  readonly conditions: Conditions;
}

/** Operator → condition key → the values of which one must match. */
export type Conditions = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

export interface Call {
  readonly action: string;
  readonly resource: string;
  /** Values of condition keys. A key that isn't here is one of which nothing is known. */
  readonly context?: Readonly<Record<string, readonly string[]>>;
}

/** A policy holds an element whose meaning the judge doesn't know. */
export class UnknownPolicyElement extends Error {
  override name = 'UnknownPolicyElement';
}

const KNOWN_ELEMENTS = ['Sid', 'Effect', 'Action', 'Resource', 'Condition'];

/**
 * The grants of a policy document.
 * @throws UnknownPolicyElement for `NotAction`, `NotResource`, `Principal`, and variables such as `${aws:username}`
 */
export function grantsOf(document: unknown): Grant[] {
  const { Statement } = (document ?? {}) as { Statement?: unknown };
  return list(Statement).flatMap((statement) => grantsOfStatement(statement as Record<string, unknown>));
}

function grantsOfStatement(statement: Record<string, unknown>): Grant[] {
  const unknown = Object.keys(statement).filter((name) => !KNOWN_ELEMENTS.includes(name));
  if (unknown.length > 0) throw new UnknownPolicyElement(`${unknown.join(', ')} in a policy statement`);
  const { Effect: effect } = statement;
  if (effect !== 'Allow' && effect !== 'Deny') throw new UnknownPolicyElement(`Effect ${String(effect)}`);
  const [actions, resources] = [list(statement.Action).map(String), list(statement.Resource).map(String)];
  if (actions.length === 0 || resources.length === 0) {
    throw new UnknownPolicyElement('a statement without Action or Resource');
  }
  const conditions = Object.fromEntries(
    Object.entries((statement.Condition ?? {}) as Record<string, Record<string, unknown>>).map(([operator, keys]) => [
      operator,
      Object.fromEntries(Object.entries(keys).map(([key, values]) => [key, list(values).map(String)])),
    ]),
  );
  const variable = JSON.stringify([resources, conditions]).match(/\$\{[^}]*\}/);
  if (variable) throw new UnknownPolicyElement(`the policy variable ${variable[0]}`);
  return actions.flatMap((action) => resources.map((resource) => ({ effect, action, resource, conditions })));
}

/** The grant that allows the call; nothing when none does, or a `Deny` matches. */
export function judge(grants: readonly Grant[], call: Call): Grant | undefined {
  const matching = grants.filter(
    ({ action, resource }) => matchesAction(action, call.action) && matchesArn(resource, call.resource),
  );
  // A condition of which nothing is known takes nothing from a Deny and leaves nothing of an Allow.
  if (matching.some(({ effect, conditions }) => effect === 'Deny' && hold(conditions, call) !== false))
    return undefined;
  return matching.find(({ effect, conditions }) => effect === 'Allow' && hold(conditions, call) === true);
}

const matchesAction = (pattern: string, action: string): boolean =>
  matches(pattern.toLowerCase(), action.toLowerCase());

/** A wildcard never reaches over a colon of the first five parts; in the resource itself it stands for anything. */
function matchesArn(pattern: string, arn: string): boolean {
  if (pattern === '*' || pattern === arn) return true;
  const [wanted, given] = [partsOf(pattern), partsOf(arn)];
  return wanted.length === 6 && given.length === 6 && wanted.every((part, at) => matches(part, given[at] ?? ''));
}

function partsOf(arn: string): string[] {
  const parts = arn.split(':');
  return parts.length < 6 ? parts : [...parts.slice(0, 5), parts.slice(5).join(':')];
}

function matches(pattern: string, text: string): boolean {
  if (!/[*?]/.test(pattern)) return pattern === text;
  const expression = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${expression}$`, 's').test(text);
}

const OPERATORS: Readonly<Record<string, (wanted: string, given: string) => boolean>> = {
  StringEquals: (wanted, given) => wanted === given,
  StringLike: matches,
  Bool: (wanted, given) => wanted.toLowerCase() === given.toLowerCase(),
};

/** All operators and keys must hold; `undefined` = cannot be told, when none fails but one isn't known. */
function hold(conditions: Conditions, { context = {} }: Call): boolean | undefined {
  const results = Object.entries(conditions).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, values]) => holds(operator, values, context[key])),
  );
  if (results.includes(false)) return false;
  return results.includes(undefined) ? undefined : true;
}

function holds(operator: string, wanted: readonly string[], given: readonly string[] | undefined): boolean | undefined {
  const forAll = operator.startsWith('ForAllValues:');
  const compare = OPERATORS[operator.replace(/^ForAllValues:/, '')];
  if (compare === undefined || given === undefined) return undefined;
  // Without ForAllValues a key has one value.
  if (!forAll && given.length !== 1) return undefined;
  return given.every((value) => wanted.some((pattern) => compare(pattern, value)));
}

function list(value: unknown): unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}
