/**
 * `npm run catalogue -- <command>`: the dispatch catalogue (派单目录) from a spreadsheet to a running stack and back.
 *
 *     check        proves a district folder: every sub-class × place × deciding attribute has exactly one disposition
 *     simulate     replays past requests through the catalogue in use and a new one: who would own what (预演)
 *     publish      puts a folder's catalogue into use without a deployment; rollback takes it away; status tells
 *     corrections  fetches what persons corrected, for `npm run classifier -- train`; report counts it per row
 *
 * Written for the clerk who keeps the table, so it speaks Chinese. Ends with 1 when something is wrong with the table or was
 * refused, with 2 when the command line is.
 */
import { parseArgs } from 'node:util';
import { check } from './catalogue/check.ts';
import { exportCorrections, reportCorrections } from './catalogue/corrections.ts';
import { publish, rollback, status } from './catalogue/publish.ts';
import { simulate } from './catalogue/simulate.ts';
import { main, UsageError } from './shared/words.ts';

const text = { type: 'string' } as const;
const flag = { type: 'boolean', default: false } as const;
const district = { ...text, default: 'xianan' } as const;
const folder = { district, folder: text } as const;
/** Where the hotline API is, and who asks. */
const remote = { url: text, token: text, data: { ...text, default: process.env.JIEBAN_DATA ?? '.jieban' } } as const;

const USAGE = `用法:npm run catalogue -- <命令> [选项]
  check        [--district xianan | --folder 数据夹]
  simulate     --catalogue 数据夹或catalogue.csv --history 历史.jsonl或.csv [--district xianan | --folder 现行数据夹] [--deploy] [--all] [--json]
  publish      --reason 原因 [--district xianan | --folder 数据夹] [--version 版本] [--source 来源] [--url 地址] [--token 令牌]
  rollback     --reason 原因 [--url 地址] [--token 令牌]
  status       [--url 地址] [--token 令牌]
  corrections  --out 纠正.jsonl [--url 地址] [--token 令牌]
  report       --corrections 纠正.jsonl [--district xianan | --folder 数据夹] [--json]
说明见 docs/routing.md`;

const [command, ...args] = process.argv.slice(2);

async function run(): Promise<void> {
  switch (command) {
    case 'check':
      return check(parseArgs({ args, options: folder }).values);
    case 'simulate':
      return simulate(
        parseArgs({ args, options: { ...folder, catalogue: text, history: text, deploy: flag, all: flag, json: flag } })
          .values,
      );
    case 'publish':
      return await publish(
        parseArgs({ args, options: { ...folder, ...remote, version: text, source: text, reason: text } }).values,
      );
    case 'rollback':
      return await rollback(parseArgs({ args, options: { ...remote, reason: text } }).values);
    case 'status':
      return await status(parseArgs({ args, options: remote }).values);
    case 'corrections':
      return await exportCorrections(parseArgs({ args, options: { ...remote, out: text } }).values);
    case 'report':
      return reportCorrections(parseArgs({ args, options: { ...folder, corrections: text, json: flag } }).values);
    default:
      throw new UsageError(command === undefined ? '' : `没有命令 ${command}`);
  }
}

await main(USAGE, run);
