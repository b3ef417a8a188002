/**
 * A real Chromium out of npm packages alone, for tests of pages: no system browser, no system libraries beyond glibc, no
 * system fonts. Unpacked once into node_modules/.cache (210 MB); test files that come at the same time don't meet.
 */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { inflateSync } from 'node:zlib';
import sparticuz from '@sparticuz/chromium';
import { type Browser, chromium } from 'playwright-core';

const { resolve } = createRequire(import.meta.url);
const PACKAGE = join(dirname(resolve('@sparticuz/chromium')), '..');
const { version } = JSON.parse(readFileSync(join(PACKAGE, 'package.json'), 'utf8')) as { version: string };
const CACHE = fileURLToPath(new URL('../../node_modules/.cache/', import.meta.url));
const HOME = join(CACHE, `chromium-${version}`);

/** The pages themselves use the fonts of the reader's machine; a bare one has no Chinese. */
const FONT = '@fontsource/noto-sans-sc/files/noto-sans-sc';
const FACES = ['latin-400', 'latin-700', 'chinese-simplified-400', 'chinese-simplified-700'];

/**
 * The package's flags are for a sandbox without processes and switch the web's own rules off; a page's policy is to be
 * tested with them on, and every page in a process of its own.
 */
const UNWANTED = /^--(single-process|headless|disable-web-security|allow-running-insecure|disable-site-isolation)/;

const UNPACK = `
  import sparticuz, { inflate } from '@sparticuz/chromium';
  await sparticuz.executablePath();
  await inflate(process.argv[1] + '/bin/al2023.tar.br');
`;

export async function startBrowser(): Promise<Browser> {
  if (!existsSync(HOME)) await unpack();
  return chromium.launch({
    executablePath: join(HOME, 'chromium'),
    args: [...sparticuz.args.filter((flag) => !UNWANTED.test(flag)), '--disable-background-networking'],
    env: {
      ...process.env,
      FONTCONFIG_FILE: join(HOME, 'fonts.conf'),
      // NSS, NSPR and expat come with the package.
      LD_LIBRARY_PATH: join(HOME, 'al2023', 'lib'),
    },
  });
}

/** Into a folder of its own, then under its name in one step: whoever comes second throws the own one away. */
async function unpack(): Promise<void> {
  mkdirSync(CACHE, { recursive: true });
  const folder = mkdtempSync(join(CACHE, 'chromium-'));
  // The package unpacks into the folder of temporary files; in a process of its own, so that it is nobody else's.
  await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', UNPACK, PACKAGE], {
    cwd: CACHE,
    env: { ...process.env, TMPDIR: folder },
  });
  mkdirSync(join(folder, 'faces'));
  for (const face of FACES) {
    const woff = readFileSync(resolve(`${FONT}-${face}-normal.woff`));
    writeFileSync(join(folder, 'faces', `${face}.ttf`), sfntOf(woff));
  }
  writeFileSync(
    join(folder, 'fonts.conf'),
    `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig><dir>${join(HOME, 'faces')}</dir>` +
      `<cachedir>${join(HOME, 'font-cache')}</cachedir></fontconfig>`,
  );
  try {
    renameSync(folder, HOME);
  } catch (error) {
    if (!existsSync(HOME)) throw error;
    rmSync(folder, { recursive: true });
  }
}

/** WOFF 1.0 → the font inside of it (its header and its table directory are written anew): fontconfig takes no WOFF. */
function sfntOf(woff: Buffer): Buffer {
  const tables = woff.readUInt16BE(12);
  const head = Buffer.alloc(12 + 16 * tables);
  woff.copy(head, 0, 4, 8);
  const power = Math.floor(Math.log2(tables));
  head.writeUInt16BE(tables, 4);
  head.writeUInt16BE(16 * 2 ** power, 6);
  head.writeUInt16BE(power, 8);
  head.writeUInt16BE(16 * (tables - 2 ** power), 10);
  const parts: Uint8Array[] = [head];
  let end = head.length;
  for (let n = 0; n < tables; n++) {
    const entry = woff.subarray(44 + 20 * n, 64 + 20 * n);
    const [from, packed, length] = [entry.readUInt32BE(4), entry.readUInt32BE(8), entry.readUInt32BE(12)];
    const content = woff.subarray(from, from + packed);
    const row = 12 + 16 * n;
    // Tag and checksum stay, place and length are the unpacked ones.
    entry.copy(head, row, 0, 4);
    entry.copy(head, row + 4, 16, 20);
    head.writeUInt32BE(end, row + 8);
    head.writeUInt32BE(length, row + 12);
    const padding = Buffer.alloc((4 - (length % 4)) % 4);
    parts.push(packed === length ? content : inflateSync(content), padding);
    end += length + padding.length;
  }
  return Buffer.concat(parts);
}
