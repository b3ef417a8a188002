/**
 * `npm run rights -- <command>`: what the hotline does for a person who asks (个人信息权利).
 *
 *     export    everything that is held, and who was given it (查阅、复制)
 *     correct   name or number (更正)
 *     erase     identity, files and words of requests that have ended (删除)
 *
 * For the hotline's leader, so it speaks Chinese. Ends with 1 when something was refused or is still under way, with 2 when
 * the command line is wrong.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Corrected, ErasableByRequest, Erased, HeldData } from '#schemas/rights.ts';
import { type Answer, connectAs, successfulOr } from './shared/remote.ts';
import { Failure, main, number, required, typed, UsageError } from './shared/words.ts';

const text = { type: 'string' } as const;
const USAGE = `用法:npm run rights -- export (--phone 号码 | --ticket 编号) --reason 事由 --out 文件
      npm run rights -- correct (--phone 号码 | --ticket 编号) --reason 事由 [--name 姓名] [--new-phone 号码]
      npm run rights -- erase  (--phone 号码 | --ticket 编号) --reason 事由 [--kinds identity,attachments,words] --yes
  另可加 --url 地址 --token 令牌;不加则是本机实例。事由会留存,不要写姓名、号码和诉求内容。说明见 docs/retention.md`;

const REFUSALS: Readonly<Record<string, string>> = {
  tokenInvalid: '令牌无效或过期',
  roleForbidden: '只有负责人(leader)能查阅、更正、删除个人信息',
  notFound: '没有找到这个号码或编号的诉求(匿名的、已删除身份的只能按编号找)',
  bodyInvalid: '参数不合要求',
};
const successful = (answer: Answer): unknown => successfulOr(REFUSALS, answer);

async function run(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      phone: text,
      ticket: text,
      reason: text,
      out: text,
      kinds: text,
      name: text,
      'new-phone': text,
      yes: { type: 'boolean', default: false },
      url: text,
      token: text,
      data: { ...text, default: process.env.JIEBAN_DATA ?? '.jieban' },
    },
  });
  const { phone, ticket: ticketNo } = values;
  if ((phone === undefined) === (ticketNo === undefined))
    throw new UsageError('用 --phone 或 --ticket 指明是谁的,只用一个');
  const whose = { ...(phone === undefined ? { ticketNo } : { phone }), reason: required(values.reason, 'reason') };
  const [command] = positionals;
  if (command !== 'export' && command !== 'correct' && command !== 'erase') {
    throw new UsageError('命令是 export、correct 或 erase');
  }
  const file = command === 'export' ? typed(required(values.out, 'out')) : '';
  if (command === 'erase' && !values.yes) throw new UsageError('删除不可恢复:核验身份后加 --yes');
  const kinds = kindsOf(values.kinds);
  const call = await connectAs({ sub: 'rights-cli', whose: '负责人' }, values);
  if (command === 'export') {
    const held = HeldData.parse(successful(await call('POST', '/hotline/rights/export', whose)));
    writeFileSync(file, `${JSON.stringify(held, undefined, 2)}\n`, { mode: 0o600 });
    const disclosures = held.tickets.reduce((sum, { disclosures: some }) => sum + some.length, 0);
    console.log(
      `${number(held.tickets.length)} 件诉求、${number(disclosures)} 条提供记录,写入 ${file}(仅本人可读,交付后删去)`,
    );
    return;
  }
  if (command === 'correct') {
    const { name, 'new-phone': newPhone } = values;
    if ((name ?? newPhone) === undefined) throw new UsageError('用 --name、--new-phone 说明更正成什么');
    const to = { ...(name === undefined ? {} : { name }), ...(newPhone === undefined ? {} : { newPhone }) };
    const { corrected, unknown } = Corrected.parse(
      successful(await call('POST', '/hotline/rights/correct', { ...whose, ...to })),
    );
    console.log(`已更正 ${number(corrected.length)} 件诉求`);
    if (unknown.length > 0) throw new Failure(`匿名或已删除身份,无从更正:${unknown.join('、')}`);
    return;
  }
  const body = { ...whose, ...(kinds === undefined ? {} : { kinds }) };
  const { erased, underWay, items } = Erased.parse(successful(await call('POST', '/hotline/rights/erase', body)));
  console.log(`已清除 ${number(erased.length)} 件诉求的个人信息,共 ${number(items)} 项`);
  if (underWay.length > 0) throw new Failure(`办理中,暂不能删除,办结后再执行:${underWay.join('、')}`);
}

function kindsOf(given: string | undefined): string[] | undefined {
  const kinds = given?.split(',');
  if (kinds?.some((kind) => !ErasableByRequest.safeParse(kind).success)) {
    throw new UsageError('--kinds 是 identity(身份)、attachments(附件)、words(内容),用逗号隔开;删内容须连附件一起');
  }
  return kinds;
}

await main(USAGE, run);
