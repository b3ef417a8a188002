/** Synthesized once for all files that boot the template: most of a start is that. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LOCAL_REGION } from '#infra/local/cli/system.ts';
import { synthesize } from '#infra/synth.ts';

export default function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'jieban-assembly-'));
  const outdir = join(folder, 'cdk.out');
  process.env.JIEBAN_TEST_ASSEMBLY = synthesize({ district: 'xianan', region: LOCAL_REGION, outdir }).directory;
  return () => rmSync(folder, { recursive: true, force: true });
}
