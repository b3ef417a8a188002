/** `npm run states`: writes docs/states.md from the transition table. A test fails when the page is older than the table. */
import { readFileSync, writeFileSync } from 'node:fs';
import { STATUS_NAMES } from '#domain/ticket/names.ts';
import { giversOf, type Transition, transitions } from '#domain/ticket/transitions.ts';

const rows: readonly Transition[] = transitions;
const file = new URL('../docs/states.md', import.meta.url);

function arrows(): string[] {
  const lines = new Map<string, string[]>();
  for (const { command, from, to } of rows) {
    // Commands that are possible in nearly every state would hide the picture; the table below has them.
    if (from.length > 5) continue;
    for (const start of from) {
      for (const end of to) {
        const key = `${start} --> ${end}`;
        lines.set(key, [...(lines.get(key) ?? []), command]);
      }
    }
  }
  return [...lines].map(([arrow, commands]) => `  ${arrow}: ${commands.join(' / ')}`);
}

const whoMay = (row: Transition): string =>
  giversOf(row)
    .map((giver) => {
      if (giver === 'operator') return (row.roles ?? []).join(', ');
      return giver === 'department' ? `${row.unit ?? 'owner'} unit` : giver;
    })
    .join('; ');

const page = `# The ticket's states (工单状态)

Drawn from \`domain/ticket/transitions.ts\` by \`npm run states\`; don't edit by hand. Commands that are possible in more than
five states (\`cancel\`, \`merge\`, \`archive\` …) are left out of the picture; the table has them all.

\`\`\`mermaid
stateDiagram-v2
${Object.entries(STATUS_NAMES)
  .map(([status, chinese]) => `  ${status}: ${chinese} ${status}`)
  .join('\n')}
  [*] --> REGISTERED
${arrows().join('\n')}
  CANCELLED --> [*]
  ARCHIVED --> [*]
\`\`\`

| command | by | from | to | requires |
|---|---|---|---|---|
${rows
  .map(
    (row) =>
      `| ${row.command} | ${whoMay(row)} | ${row.from.join(', ')} | ${row.to.join(', ') || '(stays)'} | ${row.requires ?? ''} |`,
  )
  .join('\n')}

Operators by role: agent 话务员, contractor 外包话务员, dispatcher 派单员, leader 负责人, auditor 审计员.
`;

if (process.argv.includes('--check')) {
  if (readFileSync(file, 'utf8') !== page) {
    console.error('docs/states.md is older than the transition table: npm run states');
    process.exitCode = 1;
  }
} else {
  writeFileSync(file, page);
}
