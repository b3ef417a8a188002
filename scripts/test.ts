/**
 * `npm test`: everything that CI runs, in one order: format and lint, types, then every test with coverage, then whether each
 * grant of the template was needed. Ends with one line for the whole.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GRANTS_LOG } from '#infra/local/iam/record.ts';
import { TEST_REPORT, type TestReport } from './shared/test-report.ts';

const run = (title: string, command: string, args: readonly string[]): boolean => {
  console.log(`\n— ${title}`);
  return spawnSync(command, args, { stdio: 'inherit', env: { ...process.env, TZ: 'UTC' } }).status === 0;
};

/** Pure code, without emulators. */
const UNIT = 'test/unit';

const folder = mkdtempSync(join(tmpdir(), 'jieban-test-'));
try {
  const clean = run('format and lint', 'biome', ['check', '.']);
  const typed = ['.', 'functions/clerk/page']
    .map((project) => run(`types of ${project}`, 'tsc', ['-p', project]))
    .every(Boolean);
  const selected = process.argv.slice(2);
  const grantsLog = join(folder, 'grants');
  mkdirSync(grantsLog);
  // Every part of the suite writes down what the functions were allowed to do.
  process.env[GRANTS_LOG] = grantsLog;
  const reports: TestReport[] = [];
  const tests = (title: string, ...args: string[]): boolean => {
    const file = join(folder, `report-${reports.length}.json`);
    process.env[TEST_REPORT] = file;
    // Some seventy instances load the same functions. Lines are counted in what was compiled anew only.
    if (args.includes('--coverage')) delete process.env.NODE_COMPILE_CACHE;
    else process.env.NODE_COMPILE_CACHE = join(folder, 'compiled');
    const ok = run(title, 'vitest', [
      'run',
      ...args,
      '--reporter=default',
      '--reporter=./scripts/shared/test-report.ts',
    ]);
    const report = JSON.parse(readFileSync(file, 'utf8')) as TestReport;
    reports.push(report);
    // A coverage below its threshold fails the run and no test.
    return ok || report.failed.length > 0;
  };
  // Counting lines makes everything slower by a sixth and more, so it is done where lines of the domain are tested.
  const tested =
    selected.length > 0
      ? [tests('tests', ...selected)]
      : [
          tests('what boots and talks', '--exclude', `${UNIT}/**`),
          tests('the domain', UNIT, '--coverage', '--no-isolate'),
        ];
  // A part of the suite uses a part of the grants.
  const granted = selected.length > 0 || run('grants', process.execPath, ['scripts/grants-report.ts', grantsLog]);
  // Lint, types, grants and coverage count as one check each, so that the last line speaks for the whole.
  const checks = [clean, typed, granted, ...tested];
  const named = (title: string, lines: readonly string[]) => {
    if (lines.length > 0) console.log(`\n— ${title}\n${lines.join('\n')}`);
  };
  // Who reads only the end of a long log must find what failed, and not only how much.
  named(
    'passed at the second try only',
    reports.flatMap(({ flaky }) => flaky),
  );
  const failed = [
    ...(clean ? [] : ['format and lint']),
    ...(typed ? [] : ['types']),
    ...(granted ? [] : ['grants']),
    ...tested.flatMap((ok, part) => (ok ? [] : [`coverage, or the run itself, of part ${part + 1}`])),
    ...reports.flatMap((report) => report.failed),
  ];
  named('failed', failed);
  const passed = reports.reduce((sum, report) => sum + report.passed, 0) + checks.filter(Boolean).length;
  console.log(`\n${passed} passed, ${failed.length} failed`);
  const ran = reports.every((report) => report.passed > 0);
  process.exitCode = failed.length === 0 && ran ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
