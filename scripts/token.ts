/**
 * `npm run token -- --role dispatcher --sub desk-7`: prints a bearer token of the development issuer for the hotline API.
 * Works beside a running or stopped local instance; the token is good for eight hours.
 */
import { parseArgs } from 'node:util';
import { lastPlatforms } from '#infra/local/platforms/index.ts';
import { mintToken, ROLES, type Role } from '#infra/local/platforms/oidc.ts';

const USAGE = `usage: npm run -s token -- [--role ${ROLES.join('|')}] [--sub STAFF-NUMBER] [--data FOLDER]`;

function readOptions() {
  try {
    return parseArgs({
      options: {
        help: { type: 'boolean', default: false },
        role: { type: 'string', default: 'dispatcher' },
        sub: { type: 'string', default: 'desk-1' },
        data: { type: 'string', default: process.env.JIEBAN_DATA ?? '.jieban' },
      },
    }).values;
  } catch (error) {
    return fail(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
  }
}

const values = readOptions();

const isRole = (text: string): text is Role => ROLES.some((role) => role === text);

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}

if (values.help) {
  console.log(USAGE);
  process.exit(0);
}
if (!isRole(values.role)) fail(`--role is one of ${ROLES.join(', ')}`);
if (!/^[\w.:@-]{1,64}$/.test(values.sub)) fail('--sub is a staff number (letters, digits and . : @ - _), no name');
let last: ReturnType<typeof lastPlatforms>;
try {
  last = lastPlatforms(values.data);
} catch {
  fail(`no issuer in ${values.data}: start Jieban once with \`npm start\`, or set JIEBAN_DATA`);
}
console.log(await mintToken({ key: last.key, issuer: last.url, sub: values.sub, role: values.role }));
