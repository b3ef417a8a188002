/**
 * `npm run deliveries -- <command>`: what happens to callbacks to departments (投递), and what an operator does about them.
 *
 *     list      endpoints that are not well, and what is queued, failed or dead
 *     show      everything that one ticket says to one unit, with every attempt and act
 *     replay    dead letters again: one, those of a ticket, all of a unit, all there are (重投)
 *     skip      go on without one dead letter (跳过)
 *     enable    send to a disabled endpoint again (启用)
 *     redrive   a queue's dead letters back to it: AWS China has none of its own
 *
 * Written for the hotline's operators and whoever is on call, so it speaks Chinese. Ends with 1 when something was refused,
 * with 2 when the command line is wrong.
 */
import { parseArgs } from 'node:util';
import { enable, replay, skip } from './deliveries/act.ts';
import { redrive } from './deliveries/redrive.ts';
import { list, show } from './deliveries/show.ts';
import { main, UsageError } from './shared/words.ts';

const text = { type: 'string' } as const;
const flag = { type: 'boolean', default: false } as const;
const data = { ...text, default: process.env.JIEBAN_DATA ?? '.jieban' } as const;
/** Where the hotline API is, and who asks. */
const remote = { url: text, token: text, data } as const;

const USAGE = `用法:npm run deliveries -- <命令> [选项]
  list     [--unit 单位] [--state queued|failed|dead] [--all] [--url 地址] [--token 令牌]
  show     --ticket 工单编号 --unit 单位 [--url 地址] [--token 令牌]
  replay   (--all [--unit 单位] [--enable] | --ticket 工单编号 [--unit 单位 [--n 第几条]]) --reason 原因 [--url 地址] [--token 令牌]
  skip     --ticket 工单编号 --unit 单位 --n 第几条 --reason 原因 [--url 地址] [--token 令牌]
  enable   --unit 单位 --reason 原因 [--url 地址] [--token 令牌]
  redrive  --queue intake|dispatch|feedback|timers|fanout [--max 条数] [--region AWS区域 [--profile 配置名] [--district xianan] [--table 恢复后的工单表]]
说明见 docs/runbook.md`;

const [command, ...args] = process.argv.slice(2);

async function run(): Promise<void> {
  switch (command) {
    case 'list':
      return await list(parseArgs({ args, options: { ...remote, unit: text, state: text, all: flag } }).values);
    case 'show':
      return await show(parseArgs({ args, options: { ...remote, unit: text, ticket: text } }).values);
    case 'replay':
      return await replay(
        parseArgs({
          args,
          options: { ...remote, unit: text, ticket: text, n: text, all: flag, enable: flag, reason: text },
        }).values,
      );
    case 'skip':
      return await skip(
        parseArgs({ args, options: { ...remote, unit: text, ticket: text, n: text, reason: text } }).values,
      );
    case 'enable':
      return await enable(parseArgs({ args, options: { ...remote, unit: text, reason: text } }).values);
    case 'redrive':
      return await redrive(
        parseArgs({
          args,
          options: {
            queue: text,
            district: { ...text, default: 'xianan' },
            region: text,
            profile: text,
            max: text,
            table: text,
            data,
          },
        }).values,
      );
    default:
      throw new UsageError(command === undefined ? '' : `没有命令 ${command}`);
  }
}

await main(USAGE, run);
