/**
 * A vitest reporter for `npm test`: what passed, what failed and why, and what passed only at a second try, as JSON in the file
 * that TEST_REPORT names. vitest's own JSON report doesn't say the last.
 */
import { writeFileSync } from 'node:fs';
import type { Reporter, TestCase, TestModule } from 'vitest/node';

/** The variable that names the report's file. */
export const TEST_REPORT = 'JIEBAN_TEST_REPORT';

export interface TestReport {
  readonly passed: number;
  /** A test's file, name and the first lines of its error; or a file that could not be run. */
  readonly failed: readonly string[];
  /** Tests that failed first and passed when tried again. */
  readonly flaky: readonly string[];
}

const because = (errors: readonly { readonly message: string }[] | undefined): string =>
  (errors ?? []).map(({ message }) => `\n    ${message.split('\n').slice(0, 6).join('\n    ')}`).join('');
const nameOf = (test: TestCase): string => `${test.module.relativeModuleId} › ${test.fullName}`;

export default class implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly { readonly message: string }[]): void {
    const file = process.env[TEST_REPORT];
    if (file === undefined) throw new Error(`${TEST_REPORT} names no file for the report`);
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const report: TestReport = {
      passed: tests.filter((test) => test.result().state === 'passed').length,
      failed: [
        ...modules
          .flatMap((module) => [module, ...module.children.allSuites()])
          .flatMap((suite) => {
            const errors = suite.errors();
            const name = suite.type === 'module' ? suite.relativeModuleId : suite.fullName;
            return errors.length > 0 ? [`${name}${because(errors)}`] : [];
          }),
        ...tests
          .filter((test) => test.result().state === 'failed')
          .map((test) => `${nameOf(test)}${because(test.result().errors)}`),
        ...unhandled.map((error) => `outside of any test${because([error])}`),
      ],
      flaky: tests
        .filter((test) => test.diagnostic()?.flaky === true)
        .map((test) => `${nameOf(test)}${because(test.result().errors)}`),
    };
    writeFileSync(file, JSON.stringify(report));
  }
}
