/** What a cold start has to load of each function: bytes, and ms to import them in a process that has done nothing else. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundleFunctions } from '#infra/bundle.ts';
import { loadDistrict } from '#infra/district.ts';
import type { Figure } from './figure.ts';

const DISTRICT = 'xianan';
const PROCESSES = 5;

export function* coldstart(): Iterable<Figure> {
  const outdir = mkdtempSync(join(tmpdir(), 'jieban-coldstart-'));
  try {
    for (const { name, folder, bytes } of bundleFunctions({ district: loadDistrict(DISTRICT), outdir })) {
      const url = pathToFileURL(join(folder, 'index.mjs')).href;
      const times = Array.from({ length: PROCESSES }, () => load(url)).sort((a, b) => a - b);
      const value = Math.round(times[Math.floor(PROCESSES / 2)] ?? Number.NaN);
      yield { name: 'coldstart', value, unit: 'ms', function: name, bytes };
    }
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

function load(url: string): number {
  const script = `const began = performance.now(); await import('${url}'); console.log(performance.now() - began);`;
  const env = { AWS_REGION: 'cn-north-1' };
  return Number(execFileSync(process.execPath, ['--input-type=module', '--eval', script], { encoding: 'utf8', env }));
}
