/** Filter criteria of event source mappings: which records reach the function. Patterns as EventBridge defines them. */

type Test = (value: unknown, present: boolean) => boolean;
/** Whether a record passes. */
export type RecordFilter = (record: unknown) => boolean;

/** A pattern uses a comparison that the runner does not evaluate. */
export class UnsupportedPatternError extends Error {
  override name = 'UnsupportedPatternError';
}

/**
 * Compiles the patterns of a mapping; a record passes when any one matches, and when there is none.
 * @throws UnsupportedPatternError
 */
export function compileFilter(patterns: readonly string[]): RecordFilter {
  const tests = patterns.map((pattern) => compilePattern(JSON.parse(pattern)));
  return (record) => tests.length === 0 || tests.some((test) => test(record, true));
}

function compilePattern(pattern: unknown): Test {
  if (Array.isArray(pattern)) {
    const tests = pattern.map(compileRule);
    return (value, present) => {
      // A list matches when one of its values does.
      const values = Array.isArray(value) ? value : [value];
      return tests.some((test) => values.some((each) => test(each, present)));
    };
  }
  if (typeof pattern !== 'object' || pattern === null) {
    throw new UnsupportedPatternError(`a rule must be a list: ${JSON.stringify(pattern)}`);
  }
  const fields = Object.entries(pattern).map(([name, nested]) => {
    if (name.startsWith('$')) throw new UnsupportedPatternError(`${name} is not supported`);
    return { name, test: compilePattern(nested) };
  });
  return (value) => {
    const object = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
    return fields.every(({ name, test }) => test(object[name], Object.hasOwn(object, name)));
  };
}

function compileRule(rule: unknown): Test {
  if (typeof rule !== 'object' || rule === null) return (value, present) => present && value === rule;
  const [entry, ...others] = Object.entries(rule);
  if (!entry || others.length > 0) throw new UnsupportedPatternError(`rule ${JSON.stringify(rule)} is not supported`);
  const [operator, operand] = entry;
  if (operator === 'exists' && typeof operand === 'boolean') return (_, present) => present === operand;
  if (operator === 'prefix' && typeof operand === 'string') {
    return (value) => typeof value === 'string' && value.startsWith(operand);
  }
  if (operator === 'suffix' && typeof operand === 'string') {
    return (value) => typeof value === 'string' && value.endsWith(operand);
  }
  if (operator === 'anything-but' && (Array.isArray(operand) || typeof operand !== 'object')) {
    const excluded: unknown[] = Array.isArray(operand) ? operand : [operand];
    return (value, present) => present && !excluded.includes(value);
  }
  throw new UnsupportedPatternError(`rule ${JSON.stringify(rule)} is not supported`);
}
