/**
 * Resolves CloudFormation's intrinsic functions. What is not listed here is refused: a value that is silently wrong
 * on a developer's machine would be found out only after the deployment.
 */

/** What an expression may refer to; one stack's view of the world. */
export interface Scope {
  /** `Ref`: a pseudo parameter, a parameter or a resource. `undefined` = nothing of that name. */
  ref(name: string): unknown;
  /** `Fn::GetAtt`. */
  attribute(logicalId: string, attribute: string): unknown;
  /** The expression behind a name of the template's `Conditions`. */
  condition(name: string): unknown;
  /** Value of an SSM parameter of this or an earlier stack (for `{{resolve:ssm:…}}`). */
  ssm(name: string): string;
}

/** Marks `AWS::NoValue`: the property that holds it does not exist. */
export const NO_VALUE = Symbol('AWS::NoValue');

/** An expression that the runner cannot evaluate as CloudFormation would. */
export class UnresolvableError extends Error {
  override name = 'UnresolvableError';
}

type Evaluate = (argument: unknown, scope: Scope) => unknown;

const FUNCTIONS: Record<string, Evaluate> = {
  Ref: (argument, scope) => {
    const name = text(argument, 'Ref');
    const value = scope.ref(name);
    if (value === undefined) throw new UnresolvableError(`Ref ${name} refers to nothing`);
    return value;
  },
  'Fn::GetAtt': (argument, scope) => {
    const [id, ...attribute] = typeof argument === 'string' ? argument.split('.') : list(argument, 'Fn::GetAtt');
    return scope.attribute(text(id, 'Fn::GetAtt'), attribute.map((part) => text(part, 'Fn::GetAtt')).join('.'));
  },
  'Fn::Join': (argument, scope) => {
    const [separator, parts] = list(argument, 'Fn::Join');
    const values = list(resolveValue(parts, scope), 'Fn::Join');
    return values.map((part) => text(part, 'Fn::Join')).join(text(separator, 'Fn::Join'));
  },
  'Fn::Split': (argument, scope) => {
    const [separator, source] = list(argument, 'Fn::Split');
    return text(resolveValue(source, scope), 'Fn::Split').split(text(separator, 'Fn::Split'));
  },
  'Fn::Select': (argument, scope) => {
    const [index, from] = list(argument, 'Fn::Select');
    const values = list(resolveValue(from, scope), 'Fn::Select');
    const value = values[Number(resolveValue(index, scope))];
    if (value === undefined) throw new UnresolvableError('Fn::Select: no value at that index');
    return value;
  },
  'Fn::Sub': (argument, scope) => {
    const [template, variables] = typeof argument === 'string' ? [argument, {}] : list(argument, 'Fn::Sub');
    const own = resolveValue(variables ?? {}, scope) as Record<string, unknown>;
    return text(template, 'Fn::Sub').replace(/\$\{([^}]+)\}/g, (_, name: string) => {
      if (name.startsWith('!')) return `\${${name.slice(1)}}`;
      if (name in own) return text(own[name], 'Fn::Sub');
      const dot = name.indexOf('.');
      const value = dot < 0 ? scope.ref(name) : scope.attribute(name.slice(0, dot), name.slice(dot + 1));
      if (value === undefined) throw new UnresolvableError(`Fn::Sub: ${name} refers to nothing`);
      return text(value, 'Fn::Sub');
    });
  },
  'Fn::If': (argument, scope) => {
    const [name, yes, no] = list(argument, 'Fn::If');
    return resolveValue(evaluateCondition({ Condition: name }, scope) ? yes : no, scope);
  },
};

const CONDITIONS: Record<string, (argument: unknown, scope: Scope) => boolean> = {
  Condition: (argument, scope) => {
    const expression = scope.condition(text(argument, 'Condition'));
    if (expression === undefined) throw new UnresolvableError(`condition ${String(argument)} is not defined`);
    return evaluateCondition(expression, scope);
  },
  'Fn::Equals': (argument, scope) => {
    const [left, right] = list(argument, 'Fn::Equals');
    return String(resolveValue(left, scope)) === String(resolveValue(right, scope));
  },
  'Fn::And': (argument, scope) => list(argument, 'Fn::And').every((part) => evaluateCondition(part, scope)),
  'Fn::Or': (argument, scope) => list(argument, 'Fn::Or').some((part) => evaluateCondition(part, scope)),
  'Fn::Not': (argument, scope) => !evaluateCondition(list(argument, 'Fn::Not')[0], scope),
};

/**
 * The value with every intrinsic replaced; properties that resolve to `AWS::NoValue` are gone.
 * @throws UnresolvableError for an intrinsic function or a dynamic reference that is not supported
 */
export function resolveValue(value: unknown, scope: Scope): unknown {
  if (typeof value === 'string') return resolveDynamicReferences(value, scope);
  if (Array.isArray(value)) return value.map((item) => resolveValue(item, scope)).filter((item) => item !== NO_VALUE);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value);
  const [first] = entries;
  if (entries.length === 1 && first && isIntrinsic(first[0])) {
    const evaluate = FUNCTIONS[first[0]];
    if (!evaluate) throw new UnresolvableError(`${first[0]} is not supported by the local runner`);
    return evaluate(first[1], scope);
  }
  const resolved: Record<string, unknown> = {};
  for (const [key, item] of entries) {
    const result = resolveValue(item, scope);
    if (result !== NO_VALUE) resolved[key] = result;
  }
  return resolved;
}

/** Whether a condition of the template holds. */
export function evaluateCondition(expression: unknown, scope: Scope): boolean {
  const entries = Object.entries(expression ?? {});
  const [first] = entries;
  const evaluate = entries.length === 1 && first ? CONDITIONS[first[0]] : undefined;
  if (!evaluate || !first) throw new UnresolvableError(`condition ${JSON.stringify(expression)} is not supported`);
  return evaluate(first[1], scope);
}

/** `Condition` alone is also an ordinary key (IAM statements), so it counts only where a condition is expected. */
function isIntrinsic(key: string): boolean {
  return key === 'Ref' || key.startsWith('Fn::');
}

function resolveDynamicReferences(value: string, scope: Scope): string {
  if (!value.includes('{{resolve:')) return value;
  return value.replace(/\{\{resolve:([^}]*)\}\}/g, (_, reference: string) => {
    const match = /^ssm:([^:]+)$/.exec(reference);
    if (!match?.[1]) throw new UnresolvableError(`dynamic reference {{resolve:${reference}}} is not supported`);
    return scope.ssm(match[1]);
  });
}

function list(value: unknown, where: string): unknown[] {
  if (!Array.isArray(value)) throw new UnresolvableError(`${where}: expected a list`);
  return value;
}

function text(value: unknown, where: string): string {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new UnresolvableError(`${where}: expected a text`);
}
