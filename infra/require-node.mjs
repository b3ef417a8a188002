/**
 * Refuses a Node that is too old to run this project's TypeScript as it stands. Plain JavaScript on purpose: an old Node
 * must get as far as this message. Scripts preload it: `node --import ./infra/require-node.mjs infra/synth.ts`. What they load
 * after it is kept as JavaScript in Node's own cache, so that the next start is faster.
 */
import module from 'node:module';

const NEEDED = 24;
const major = Number(process.versions.node.split('.')[0]);
if (major < NEEDED) {
  process.stderr.write(
    `Jieban needs Node ${NEEDED} or newer, and this is ${process.versions.node}.\n` +
      'npm scripts bring their own: run "npm install" once, then "npm start", "npm test" or "npm run synth".\n' +
      'If you did, npm has blocked the install script of the package "node": see allowScripts in package.json.\n',
  );
  process.exit(1);
}
module.enableCompileCache();
