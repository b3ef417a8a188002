/** Parts of the pages for departments that are made of code, so that they can't be older than it. */
import { RETRY_SCHEDULE } from '#domain/delivery/retry.ts';
import { giversOf, type Transition, transitions } from '#domain/ticket/transitions.ts';
import { sign, WITH_SM3 } from '#functions/shared/signing.ts';
import type { CallbackEvent } from '#schemas/callback.ts';
import { DepartmentCommand } from '#schemas/command.ts';
import { CALLBACK_WORDS, CODES, type Language } from './words.ts';

/** 32 letters, so that anybody sees that it is nobody's key. */
export const EXAMPLE_SECRET = `whsec_${Buffer.from('jieban-example-secret-not-in-use').toString('base64')}`;
const AT = Date.parse('2026-11-23T09:41:00+08:00');
const COMMAND_ID = 'msg_20261123-0001';
const COMMAND_BODY = '{"command":"sign","handler":"A017"}';

export type Examples = ReadonlyMap<string, CallbackEvent>;

/** The bytes that travel. */
export const bytesOf = (event: CallbackEvent): string => JSON.stringify(event);

function table(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(titles), `|${'---|'.repeat(titles.length)}`, ...rows.map(line)].join('\n');
}

const signatureSteps = {
  en: [
    'secret',
    'key (hex of the base64 behind `whsec_`)',
    '`webhook-id`',
    '`webhook-timestamp`',
    'body',
    'signed content',
    '`webhook-signature`',
    'with 国密 also',
  ],
  zh: [
    '密钥',
    '密钥字节（`whsec_` 之后 base64 解码，十六进制）',
    '`webhook-id`',
    '`webhook-timestamp`',
    '内容',
    '被签内容',
    '`webhook-signature`',
    '国密另加',
  ],
} as const;

function signature(language: Language): string {
  const headers = sign([EXAMPLE_SECRET], COMMAND_ID, Buffer.from(COMMAND_BODY), AT, WITH_SM3);
  const [standard = '', sm3 = ''] = headers['webhook-signature'].split(' ');
  const key = Buffer.from(EXAMPLE_SECRET.slice('whsec_'.length), 'base64').toString('hex');
  const timestamp = headers['webhook-timestamp'];
  const values = [
    EXAMPLE_SECRET,
    key,
    COMMAND_ID,
    timestamp,
    COMMAND_BODY,
    `${COMMAND_ID}.${timestamp}.${COMMAND_BODY}`,
    standard,
    sm3,
  ];
  const titles = { en: ['', 'value'], zh: ['', '值'] }[language];
  return table(
    titles,
    signatureSteps[language].map((step, at) => [step, `\`${values[at]}\``]),
  );
}

/** For whoever tries a verification on real bytes. */
function verification(_: Language, examples: Examples): string {
  const event = examples.get('dispatched');
  if (event === undefined) throw new Error('no dispatch');
  const headers = sign([EXAMPLE_SECRET], event.id, Buffer.from(bytesOf(event)), AT);
  return ['```', ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`), '```'].join('\n');
}

function callbacks(language: Language, examples: Examples): string {
  const titles = {
    en: ['`type`: cn.jieban.ticket.….v1', 'when', 'what to do', 'beside the fields of all'],
    zh: ['`type`：cn.jieban.ticket.….v1', '什么时候', '做什么', '公共字段以外'],
  }[language];
  return table(
    titles,
    [...examples].map(([type, { data }]) => {
      const words = CALLBACK_WORDS[type];
      if (words === undefined) throw new Error(`scripts/departments-docs/words.ts has no words for ${type}`);
      const more = ['request', 'additions', 'mergedRequests', 'appellant', 'warning', 'reason'].filter(
        (name) => name in data,
      );
      return [
        `[\`${type}\`](examples/${type}.json)`,
        words.when[language],
        words.todo[language],
        more.map((name) => `\`${name}\``).join(' '),
      ];
    }),
  );
}

function dispatched(_: Language, examples: Examples): string {
  return `\`\`\`json\n${JSON.stringify(examples.get('dispatched'), undefined, 1)}\n\`\`\``;
}

const span = (ms: number, language: Language): string => {
  const [amount, unit] = ms < 60_000 ? [ms / 1000, 's'] : ms < 3_600_000 ? [ms / 60_000, 'min'] : [ms / 3_600_000, 'h'];
  return `${amount} ${language === 'en' ? unit : { s: '秒', min: '分钟', h: '小时' }[unit as 's' | 'min' | 'h']}`;
};
const retries = (language: Language): string =>
  `> ${RETRY_SCHEDULE.map((wait) => span(wait, language)).join(language === 'en' ? ', ' : '、')}`;

/** `name`, and `name?` where it may be missing. */
function fieldsOf(command: string): string {
  const option = DepartmentCommand.options.find(({ shape }) => shape.command.value === command);
  return Object.entries(option?.shape ?? {})
    .filter(([name]) => name !== 'command' && name !== 'handler')
    .map(([name, schema]) => `\`${name}${schema.safeParse(undefined).success ? '?' : ''}\``)
    .join(' ');
}

const rows: readonly Transition[] = transitions;
function commands(language: Language): string {
  const titles = { en: ['command', 'fields', 'possible in', 'leads to'], zh: ['操作', '字段', '可用状态', '之后'] }[
    language
  ];
  const assisting = { en: ' (whistled units)', zh: '（被吹号的单位）' }[language];
  const stays = { en: '(stays)', zh: '（不变）' }[language];
  return table(
    titles,
    rows
      .filter((row) => giversOf(row).includes('department'))
      .map(({ command, unit, from, to }) => [
        `\`${command}\`${unit === 'assisting' ? assisting : ''}`,
        fieldsOf(command),
        from.join(', '),
        to.join(', ') || stays,
      ]),
  );
}

function codes(language: Language): string {
  const titles = { en: ['status', '`code`', 'means', 'what to do'], zh: ['状态码', '`code`', '含义', '怎么办'] }[
    language
  ];
  return table(
    titles,
    Object.entries(CODES).map(([code, { status, means, todo }]) => [
      String(status),
      `\`${code}\``,
      means[language],
      todo[language],
    ]),
  );
}

export const BLOCKS: Readonly<Record<string, (language: Language, examples: Examples) => string>> = {
  signature,
  verification,
  callbacks,
  dispatched,
  retries,
  commands,
  codes,
};
