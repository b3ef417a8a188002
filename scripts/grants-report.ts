/**
 * `npm run grants -- <folder>`: which grants of the template neither AWS nor any call needed that the tests recorded into the
 * folder (JIEBAN_GRANTS_LOG). Ends with 1 when there are any.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Template } from '#infra/local/aws/template.ts';
import { LOCAL_REGION } from '#infra/local/cli/system.ts';
import { awsNeeds } from '#infra/local/iam/needs.ts';
import { readRecord } from '#infra/local/iam/record.ts';
import { findingsOf, ownGrants } from '#infra/local/iam/report.ts';
import { readRoles } from '#infra/local/iam/roles.ts';
import { synthesize } from '#infra/synth.ts';

const [record] = process.argv.slice(2);
if (record === undefined) throw new Error('Usage: npm run grants -- <folder that JIEBAN_GRANTS_LOG named>');
const folder = mkdtempSync(join(tmpdir(), 'jieban-grants-'));
try {
  const outdir = join(folder, 'cdk.out');
  const { directory } = synthesize({ district: 'xianan', region: LOCAL_REGION, outdir, allowOutsideMainland: false });
  const template = new Template(directory);
  const roles = readRoles(template);
  const needs = awsNeeds(template, roles);
  const uses = readRecord(record);
  const findings = findingsOf(roles, needs, uses);
  const own = [...roles.values()].reduce((sum, role) => sum + ownGrants(role, needs).length, 0);
  console.log(
    `grants: ${own} for calls of our code, ${needs.length} for AWS itself, ${findings.length} that are wrong`,
  );
  for (const { name, action, resource, problem } of findings)
    console.log(`  ${name}  ${action}  ${resource}: ${problem}`);
  // A record of nothing says nothing about the grants.
  process.exitCode = findings.length === 0 && uses.length > 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
