/** How long a fresh process takes to load a model, as a function's cold start does: `node cold-load.ts FILE` prints ms. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readModel } from '#domain/catalogue/text-model.ts';

const SELF = fileURLToPath(import.meta.url);

/** Milliseconds of reading the file and making the model of it, in a process of its own. */
export const coldLoadMs = (file: string): number =>
  Number(execFileSync(process.execPath, [SELF, file], { encoding: 'utf8' }));

if (process.argv[1] === SELF) {
  const start = performance.now();
  readModel(readFileSync(process.argv[2] ?? ''));
  console.log((performance.now() - start).toFixed(1));
}
