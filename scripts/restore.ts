/**
 * `npm run restore -- --receipts TABLE --tickets TABLE --to INSTANT --region …`: the last step of a restored table of tickets
 * (docs/upgrade.md): what was received since is routed again. Without `--write` it only counts.
 */
import { parseArgs } from 'node:util';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { waitAgain } from './restore/wait-again.ts';
import { main, number, required, UsageError } from './shared/words.ts';

const text = { type: 'string' } as const;
const USAGE = `用法:npm run restore -- --receipts 收件表 --tickets 恢复后的工单表 --to 2026-11-28T09:00:00+08:00 --region AWS区域 [--profile 配置名] [--write]
不加 --write 只统计。说明见 docs/upgrade.md`;

await main(USAGE, async () => {
  const { values } = parseArgs({
    options: {
      receipts: text,
      tickets: text,
      to: text,
      region: text,
      profile: text,
      write: { type: 'boolean', default: false },
    },
  });
  const to = Date.parse(required(values.to, 'to'));
  if (Number.isNaN(to)) throw new UsageError('--to 是带时区的时间,例如 2026-11-28T09:00:00+08:00');
  const client = new DynamoDBClient({
    region: required(values.region, 'region'),
    ...(values.profile === undefined ? {} : { profile: values.profile }),
  });
  try {
    const tables = {
      receipts: required(values.receipts, 'receipts'),
      tickets: required(values.tickets, 'tickets'),
      to,
    };
    const { requests, additions, parts } = await waitAgain(client, tables, values.write);
    const done = values.write ? '已重新待派' : '需重新待派(未写入,加 --write 执行)';
    console.log(`${done}:诉求 ${number(requests)} 件,补充 ${number(additions)} 条`);
    if (parts.length > 0) console.log(`拆出的工单要重新拆:${parts.join('、')}`);
  } finally {
    client.destroy();
  }
});
