/** `npm run states`: writes docs/states.md from the transition table. A test fails when the page is older than the table. */
import { readFileSync, writeFileSync } from 'node:fs';
import { STATUS_NAMES } from '#domain/ticket/names.ts';
import { giversOf, type Transition, transitions } from '#domain/ticket/transitions.ts';

const rows: readonly Transition[] = transitions;
const file = new URL('../docs/states.md', import.meta.url);

function arrows(): string[] {
  const lines = new Map<string, string[]>();
  for (const { command, from, to, later } of rows) {
    // Commands that are possible in nearly every state would hide the picture; the table below has them.
    if (from.length > 5) continue;
    for (const start of from) {
      for (const end of to) {
        const key = `${start} --> ${end}`;
        lines.set(key, [...(lines.get(key) ?? []), later === undefined ? command : `${command}*`]);
      }
    }
  }
  return [...lines].map(([arrow, commands]) => `  ${arrow}: ${commands.join(' / ')}`);
}

const page = `# The ticket's states (工单状态)

Drawn from \`domain/ticket/transitions.ts\` by \`npm run states\`; don't edit by hand. \`*\` marks commands that are modelled
but answered with \`notYetSupported\` so far. \`cancel\` and \`archive\` leave most states and are left out of the picture.

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
    ({ command, by, from, to, requires = '', later }) =>
      `| ${command}${later === undefined ? '' : '*'} | ${giversOf({ by }).join(', ')} | ${from.join(', ')} | ${to.join(', ') || '(stays)'} | ${requires} |`,
  )
  .join('\n')}
`;

if (process.argv.includes('--check')) {
  if (readFileSync(file, 'utf8') !== page) {
    console.error('docs/states.md is older than the transition table: npm run states');
    process.exitCode = 1;
  }
} else {
  writeFileSync(file, page);
}
