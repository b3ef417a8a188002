/**
 * `npm test`: everything that CI runs, in one order: format and lint, types, then every test with coverage, then whether each
 * grant of the template was needed. Ends with one line for the whole.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GRANTS_LOG } from '#infra/local/iam/record.ts';

interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numFailedTestSuites: number;
  readonly success: boolean;
}

const run = (title: string, command: string, args: readonly string[]): boolean => {
  console.log(`\n— ${title}`);
  return spawnSync(command, args, { stdio: 'inherit', env: { ...process.env, TZ: 'UTC' } }).status === 0;
};

const folder = mkdtempSync(join(tmpdir(), 'jieban-test-'));
const reportFile = join(folder, 'report.json');
try {
  const clean = run('format and lint', 'biome', ['check', '.']);
  const typed = ['.', 'functions/clerk/page']
    .map((project) => run(`types of ${project}`, 'tsc', ['-p', project]))
    .every(Boolean);
  const selected = process.argv.slice(2);
  const coverage = selected.length === 0 ? ['--coverage'] : [];
  const grantsLog = join(folder, 'grants');
  mkdirSync(grantsLog);
  // Every part of the suite writes down what the functions were allowed to do.
  process.env[GRANTS_LOG] = grantsLog;
  const tested = run('tests', 'vitest', [
    'run',
    ...selected,
    ...coverage,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${reportFile}`,
  ]);
  const report = JSON.parse(readFileSync(reportFile, 'utf8')) as VitestReport;
  // A part of the suite uses a part of the grants.
  const granted = selected.length > 0 || run('grants', process.execPath, ['scripts/grants-report.ts', grantsLog]);
  // Lint, types, grants and coverage count as one check each, so that the last line speaks for the whole.
  const checks = [clean, typed, granted, tested || !report.success];
  const passed = report.numPassedTests + checks.filter(Boolean).length;
  const failed = report.numFailedTests + checks.filter((ok) => !ok).length;
  console.log(`\n${passed} passed, ${failed} failed`);
  process.exitCode = clean && typed && granted && tested && report.numPassedTests > 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
