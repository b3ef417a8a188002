/** Lambda runs in UTC, a developer's machine anywhere: the clocks must not notice. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

// The pinned Node, which runs TypeScript as it stands; vitest itself may have been started by an older one.
const node = fileURLToPath(new URL('../../../node_modules/.bin/node', import.meta.url));
const script = fileURLToPath(new URL('./digest.ts', import.meta.url));

async function digestUnder(zone: string): Promise<{ localHour: number; digest: string }> {
  const { stdout } = await promisify(execFile)(node, [script], { env: { TZ: zone } });
  return JSON.parse(stdout);
}

test('clocks of three years are the same under UTC, Asia/Shanghai and America/New_York', async () => {
  const zones = ['UTC', 'Asia/Shanghai', 'America/New_York'];
  const [utc, shanghai, newYork] = await Promise.all(zones.map(digestUnder));
  expect([utc?.localHour, shanghai?.localHour, newYork?.localHour]).toEqual([16, 0, 11]); // the zones did take effect
  expect(shanghai?.digest).toBe(utc?.digest);
  expect(newYork?.digest).toBe(utc?.digest);
});
