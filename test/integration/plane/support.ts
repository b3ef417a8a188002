/** Starts planes in folders of their own and ends them after each test, whatever happened. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { type Plane, type PlaneOptions, startPlane } from '#infra/local/plane/index.ts';

export const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };

const cleanups: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (let next = cleanups.pop(); next; next = cleanups.pop()) await next();
});

export function afterThisTest(cleanup: () => Promise<void> | void): void {
  cleanups.push(cleanup);
}

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'jieban-plane-'));
  afterThisTest(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export async function planeIn(dataDir: string, options: Partial<PlaneOptions> = {}): Promise<Plane> {
  const plane = await startPlane({ dataDir, speed: 1, log: () => {}, ...options });
  afterThisTest(() => plane.stop());
  return plane;
}

/** Waits for a condition that other threads bring about; the test's own limit ends a wait in vain. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 5));
}
