/**
 * `npm run departments:docs`: draws what code knows into docs/departments: tables, the worked signature, and one real message
 * of each type under examples/, byte for byte as it is sent. `--check` fails when a page is older than the code.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { BLOCKS, bytesOf, type Examples } from './departments-docs/blocks.ts';
import { examples } from './departments-docs/story.ts';
import type { Language } from './departments-docs/words.ts';

const FOLDER = new URL('../docs/departments/', import.meta.url);
const PAGES: Readonly<Record<string, Language>> = { 'README.md': 'en', 'README.zh-CN.md': 'zh' };

const textOf = (file: URL): string => (existsSync(file) ? readFileSync(file, 'utf8') : '');

/** @throws when a page asks for a block that doesn't exist, or leaves one out */
function page(name: string, language: Language, messages: Examples): string {
  const drawn = new Set<string>();
  const text = textOf(new URL(name, FOLDER)).replace(
    /<!-- drawn: (\w+) -->\n[\s\S]*?<!-- \/drawn -->/g,
    (_, block: string) => {
      const draw = BLOCKS[block];
      if (draw === undefined) throw new Error(`${name}: no block ${block}`);
      drawn.add(block);
      return `<!-- drawn: ${block} -->\n${draw(language, messages)}\n<!-- /drawn -->`;
    },
  );
  const missing = Object.keys(BLOCKS).filter((block) => !drawn.has(block));
  if (missing.length > 0) throw new Error(`${name} has no place for ${missing.join(', ')}`);
  return text;
}

const messages = examples();
const files: [string, string][] = [
  ...Object.entries(PAGES).map(([name, language]): [string, string] => [name, page(name, language, messages)]),
  ...[...messages].map(([type, event]): [string, string] => [`examples/${type}.json`, bytesOf(event)]),
];
if (process.argv.includes('--check')) {
  const old = files.filter(([name, text]) => textOf(new URL(name, FOLDER)) !== text).map(([name]) => name);
  if (old.length > 0) {
    console.error(`docs/departments is older than the code: npm run departments:docs (${old.join(', ')})`);
    process.exitCode = 1;
  }
} else {
  mkdirSync(new URL('examples/', FOLDER), { recursive: true });
  for (const [name, text] of files) writeFileSync(new URL(name, FOLDER), text);
}
