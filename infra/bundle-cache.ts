/**
 * Compiled functions, kept beside the installed packages: the esbuild pass is most of a synthesis (2–5 s of two cores), and
 * nearly every start, test and `cdk diff` compiles what was compiled before. An entry is named by the hash of all that went
 * into it, so there is nothing to invalidate; whoever patches a package by hand removes `node_modules/.cache/jieban`.
 */
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PROJECT = fileURLToPath(new URL('..', import.meta.url));
/** What npm wrote when it installed: names every package, its version and its digest. */
const INSTALLED = 'node_modules/.package-lock.json';
const CACHE = 'node_modules/.cache/jieban';
/** All of the project's own code that can get into a function, or says how it is compiled. */
const SOURCES = [
  'functions',
  'domain',
  'schemas',
  'infra/bundle.ts',
  'infra/no-debug.ts',
  'package.json',
  'tsconfig.json',
];
/** The newest are kept: a branch, its base, and one more. */
const KEPT = 3;
const PREFIX = 'functions-';

function filesOf(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** Nothing where npm didn't install the packages beside the project: then nobody says what is in them. */
function keyOf(project: string): string | undefined {
  if (!existsSync(join(project, INSTALLED))) return undefined;
  const hash = createHash('sha256');
  for (const file of [INSTALLED, ...SOURCES].flatMap((source) => filesOf(join(project, source)))) {
    const content = readFileSync(file);
    hash.update(`${file.slice(project.length)}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex').slice(0, 32);
}

/**
 * Fills `outdir` with what `compile` writes there, from the cache where the same was compiled before.
 *
 * @param compile fills the folder that it is given; what it throws is thrown on, and nothing is kept
 */
export function compileOnce(outdir: string, compile: (folder: string) => void, project = PROJECT): void {
  const key = keyOf(project);
  if (key === undefined) {
    compile(outdir);
    return;
  }
  const cache = join(project, CACHE);
  const entry = join(cache, `${PREFIX}${key}`);
  if (!existsSync(entry)) {
    mkdirSync(cache, { recursive: true });
    const draft = mkdtempSync(join(cache, 'draft-'));
    try {
      compile(draft);
      keep(draft, entry);
    } finally {
      rmSync(draft, { recursive: true, force: true });
    }
    prune(cache, entry);
  }
  const now = new Date();
  utimesSync(entry, now, now);
  cpSync(entry, outdir, { recursive: true });
}

/** By renaming, so that nobody ever finds half of it; another process may have been first with the same. */
function keep(draft: string, entry: string): void {
  try {
    renameSync(draft, entry);
  } catch (error) {
    if (!existsSync(entry)) throw error;
  }
}

/** An entry that another process prunes at the same time is gone for both. */
function prune(cache: string, entry: string): void {
  const others = readdirSync(cache)
    .map((name) => join(cache, name))
    .filter((path) => basename(path).startsWith(PREFIX) && path !== entry)
    .map((path) => ({ path, used: statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0 }))
    .sort((a, b) => b.used - a.used);
  for (const { path } of others.slice(KEPT - 1)) rmSync(path, { recursive: true, force: true });
}
