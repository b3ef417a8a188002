/**
 * Who judges the judge: three builds, each without one of the guards, under a story that the sound build passes (faults.test.ts).
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { compileDistrict } from '#infra/district-folder.ts';
import { Faults } from '#infra/local/faults/faults.ts';
import { startInstance, tempFolder } from '../e2e/support.ts';
import { BUILDS, breakBuild } from './broken-build.ts';
import { judge } from './judge.ts';
import { returned } from './stories.ts';
import { World } from './world.ts';

const silent = compileDistrict('xianan').departments.map(({ id }) => id);
const folder = tempFolder();
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each(BUILDS)('without $without', (build) => {
  it('the suite fails, and says why', { timeout: 120_000 }, async () => {
    const { without, strikes, caught } = build;
    const sound = process.env.JIEBAN_TEST_ASSEMBLY ?? '';
    const assembly = breakBuild(sound, join(folder, without.replaceAll(' ', '-')), build);
    const faults = new Faults();
    const jieban = await startInstance({ assembly, silent, frozen: true, throttle: false, faults });
    const world = new World(jieban, faults);
    try {
      faults.arm(...strikes);
      const complaints = await returned(world, 'broken').then(
        (matters) => judge(world, matters),
        (error: Error) => [error.message],
      );
      console.log(`without ${without}:\n  ${complaints.join('\n  ')}`);
      expect(faults.hits().every((count) => count > 0)).toBe(true);
      expect(complaints).toContainEqual(expect.stringMatching(caught));
    } finally {
      world.close();
      await jieban.stop();
    }
  });
});
