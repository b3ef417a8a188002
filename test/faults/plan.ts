/** Which calls are struck by what: from the calls that the stories really made when nothing befell them. */
import type { CallFault, Strike } from '#infra/local/faults/strike.ts';

export interface Called {
  readonly fn: string;
  readonly operation: string;
  readonly count: number;
}

/** To die before one of these is the same as to die after it. */
const READS: ReadonlySet<string> = new Set(['GetItem', 'BatchGetItem', 'Query', 'DescribeExecution', 'GetSecretValue']);
const ON_ITEMS: ReadonlySet<string> = new Set(['PutItem', 'UpdateItem', 'TransactWriteItems']);

export const isRead = ({ operation }: Pick<Called, 'operation'>): boolean => READS.has(operation);
export const canConflict = ({ operation }: Called): boolean => ON_ITEMS.has(operation);
/** A container asks for a secret once and remembers it. */
export const isSecret = ({ operation }: Called): boolean => operation === 'GetSecretValue';

/** What was called since `before`. */
export function since(before: readonly Called[], now: readonly Called[]): Called[] {
  const then = new Map(before.map(({ fn, operation, count }) => [`${fn} ${operation}`, count]));
  return now
    .map((call) => ({ ...call, count: call.count - (then.get(`${call.fn} ${call.operation}`) ?? 0) }))
    .filter(({ count }) => count > 0);
}

/** Of each function the call that commits, or the first that changes something, or the first one at all. */
export function onePerFunction(calls: readonly Called[]): Called[] {
  const functions = [...new Set(calls.map(({ fn }) => fn))];
  return functions.flatMap((fn) => {
    const own = calls.filter((call) => call.fn === fn);
    const commit = own.find(({ operation }) => operation === 'TransactWriteItems');
    return (commit ?? own.find((call) => !isRead(call)) ?? own[0]) as Called;
  });
}

export const strikesAt = (
  calls: readonly Pick<Called, 'fn' | 'operation'>[],
  fault: CallFault,
  more: Partial<Strike> = {},
): Strike[] => calls.map(({ fn, operation }) => ({ fault, fn, operation, ...more }));

/** Points of death: before each call, and after each that changes something; at the first of its kind and halfway. */
export function crashPoints(calls: readonly Called[]): Strike[] {
  return calls.flatMap((call) => {
    const { fn, operation, count } = call;
    const faults = (isRead(call) ? ['crashBefore'] : ['crashBefore', 'crashAfter']) as CallFault[];
    const skips = count > 1 ? [0, Math.floor(count / 2)] : [0];
    return faults.flatMap((fault) => skips.map((skip) => ({ fault, fn, operation, skip })));
  });
}

/**
 * Fewer points: after each function's commit, and around each other kind of call in one function. To die before a commit is what
 * a call that is never answered comes to.
 */
export function fewCrashPoints(calls: readonly Called[]): Strike[] {
  const commits = onePerFunction(calls);
  const others: Called[] = [];
  for (const operation of new Set(calls.map((call) => call.operation))) {
    if (commits.some((call) => call.operation === operation)) continue;
    // Not always the same function, because one dies once a run.
    const times = (fn: string) => others.filter((call) => call.fn === fn).length;
    const [rested] = calls.filter((call) => call.operation === operation).sort((a, b) => times(a.fn) - times(b.fn));
    if (rested !== undefined) others.push(rested);
  }
  return [...strikesAt(commits, 'crashAfter'), ...crashPoints(others).filter(({ skip }) => skip === 0)];
}

/** At each call what is lost on the way there, then on the way back: the third try of the SDK passes. */
export const lossy = (calls: readonly Called[]): Strike[] => [
  ...strikesAt(calls, 'lostRequest'),
  ...strikesAt(calls, 'lostAnswer'),
];

/** At each function's commit one thing after another; only the conflict reaches our code, which commits anew. */
export const misfortunes = (calls: readonly Called[]): Strike[] => {
  const commits = onePerFunction(calls);
  return [
    ...strikesAt(commits.filter(canConflict), 'conflict'),
    ...strikesAt(commits, 'throttled'),
    ...strikesAt(commits, 'serverError'),
    ...strikesAt(commits, 'slow', { ms: 100 }),
  ];
};

/** Into as few runs as possible, in each of which a function dies once: whoever comes back may have nothing left to call. */
export function inWaves(strikes: readonly Strike[]): Strike[][] {
  const waves: Strike[][] = [];
  for (const strike of strikes) {
    const free = waves.find((wave) => wave.every(({ fn }) => fn !== strike.fn));
    if (free === undefined) waves.push([strike]);
    else free.push(strike);
  }
  return waves;
}
