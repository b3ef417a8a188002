/** The metric math that the template's alarms use, for one period; anything else is refused by name. */

export class UnknownMath extends Error {
  override name = 'UnknownMath';
}

/** What a metric had to say in the period; nothing when it was silent. */
export type Value = number | undefined;

const TOKEN = /\s*(?:(\d+(?:\.\d+)?)|([A-Za-z]\w*)|(>=|<=|>|<|[-+*/(),]))/y;

const OPERATORS: Readonly<Record<string, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '>=': (a, b) => Number(a >= b),
  '<=': (a, b) => Number(a <= b),
  '>': (a, b) => Number(a > b),
  '<': (a, b) => Number(a < b),
};
/** From the loosest to the tightest. */
const LEVELS = [
  ['>=', '<=', '>', '<'],
  ['+', '-'],
  ['*', '/'],
];

/** @throws UnknownMath for a function, a name or a sign that isn't known here */
export function evaluate(expression: string, metrics: ReadonlyMap<string, Value>): Value {
  const tokens = tokensOf(expression);
  let at = 0;
  const take = (wanted?: string): string => {
    const token = tokens[at++];
    if (token === undefined || (wanted !== undefined && token !== wanted)) {
      throw new UnknownMath(`${wanted ?? 'more'} expected, not ${token ?? 'the end'}: ${expression}`);
    }
    return token;
  };

  function level(index: number): Value {
    const signs = LEVELS[index];
    if (signs === undefined) return atom();
    let left = level(index + 1);
    while (signs.includes(tokens[at] ?? '')) {
      const operate = OPERATORS[take()];
      const right = level(index + 1);
      left = left === undefined || right === undefined ? undefined : operate?.(left, right);
    }
    return left;
  }

  function atom(): Value {
    const token = take();
    if (token === '(') {
      const value = level(0);
      take(')');
      return value;
    }
    if (/^\d/.test(token)) return Number(token);
    if (tokens[at] === '(') return call(token);
    if (!metrics.has(token)) throw new UnknownMath(`${token}: ${expression}`);
    return metrics.get(token);
  }

  function call(name: string): Value {
    take('(');
    if (name === 'SUM' || name === 'MAX') {
      for (const token of ['METRICS', '(', ')', ')']) take(token);
      const heard = [...metrics.values()].filter((value) => value !== undefined);
      if (heard.length === 0) return undefined;
      return name === 'MAX' ? Math.max(...heard) : heard.reduce((sum, value) => sum + value, 0);
    }
    const given = [level(0)];
    while (tokens[at] === ',') {
      take();
      given.push(level(0));
    }
    take(')');
    if (name === 'FILL' && given.length === 2) return given[0] ?? given[1];
    if (name === 'IF' && given.length === 3) return given[0] === undefined ? undefined : given[given[0] === 0 ? 2 : 1];
    throw new UnknownMath(`${name} of ${given.length}: ${expression}`);
  }

  const value = level(0);
  if (at < tokens.length) throw new UnknownMath(`${tokens[at]}: ${expression}`);
  return value;
}

function tokensOf(expression: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < expression.trimEnd().length) {
    const from = TOKEN.lastIndex;
    const found = TOKEN.exec(expression);
    if (found === null) throw new UnknownMath(`${expression.slice(from)}: ${expression}`);
    tokens.push(found[1] ?? found[2] ?? found[3] ?? '');
  }
  return tokens;
}
