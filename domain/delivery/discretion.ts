/**
 * 保密、匿名: what the department reads of such a request. The caller's own words go out without whatever tells who speaks:
 * their name, number and enterprise in any writing, and every number or name in the text that a person could be found by.
 * The hotline keeps the words as they were said.
 */
import { applyRules, maskPersonalData, nameRule } from '#domain/feedback/mask.ts';
import { plainOf } from '#domain/feedback/normalise.ts';
import type { Rule } from '#domain/feedback/personal-data.ts';
import type { CallerRecord } from '#schemas/intake.ts';
import type { MaskedRequest } from '#schemas/ticket.ts';

/** What is known of the caller while the request comes in; nothing of it is kept with the copy. */
export interface Identity {
  readonly names?: readonly string[];
  /** As dialled in China: with the area code's 0, without the country's 86; other writings are taken as they are. */
  readonly phones?: readonly string[];
  readonly enterprise?: { readonly name: string; readonly creditCode?: string | undefined } | undefined;
}

/** A landline with its area code's 0; numbers of other countries as they are. */
const dialledHere = (phone: string): string => phone.replace(/^\+86(?=1[3-9])/, '').replace(/^\+86/, '0');

/** Who a kept caller is, as texts may tell it; nobody is known of one who was erased (清除). */
export const identityOf = ({ name, phone, enterprise }: Partial<CallerRecord> = {}): Identity => ({
  names: name === undefined ? [] : [name],
  phones: phone === undefined ? [] : [dialledHere(phone)],
  enterprise,
});

const HIDDEN = '***';
const COMPOUND_SURNAMES =
  '欧阳|司马|上官|诸葛|夏侯|皇甫|尉迟|公孙|慕容|令狐|司徒|端木|南宫|东方|独孤|申屠|轩辕|长孙|宇文|司空|澹台|公冶|太史';
/** 百家姓: covers nineteen in twenty people; what follows 我叫 is a name only if it begins with one. */
const SURNAMES =
  '王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧肖程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎闫余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文庞樊兰殷施陶洪翟安颜倪严牛温芦季俞章鲁葛伍韦申尤毕聂丛焦向柳邢路岳齐梅莫庄辛管祝左涂谷祁时舒耿牟卜詹关苗凌费纪靳盛童欧甄项曲成游阳裴席卫查屈鲍位覃霍翁隋植甘景薄单包司柏宁柯阮桂闵解强柴华车冉房边辜吉饶刁瞿戚丘古米池滕晋苑邬臧畅宫来苟全褚廉简娄盖符奚木穆党燕郎邸冀谈姬屠连郜晏栾郁商蒙计喻揭窦迟宇敖糜鄢冷卓花仇艾蓝都巩稽井练仲乐虞卞封竺冼原官衣楚佟栗匡宗应台巫鞠僧桑荆谌银扬明沙伏岑习胥保和蔺';
const TITLES = '先生|女士|小姐|太太|同志|师傅|老师|某某|某';
/** What ends a name in running text. */
const AFTER_NAME = '(?=$|[\\s,.;:!?、，。；：！？（）()]|电话|手机|身份证|家住|住在|住|现住|联系|年龄|今年)';
const NAME = `(?:(?:${COMPOUND_SURNAMES})[\\u4e00-\\u9fff]{1,2}|[${SURNAMES}][\\u4e00-\\u9fff]{1,2})`;
/** Surnames that are words too: after 本人 they rather begin a sentence (本人于昨日…). */
const NO_WORD = '(?![于和应成都全原来解单明强时向查连方万常安高白])';
const INTRODUCED: Rule = {
  pattern: new RegExp(
    `(?:(?<=我叫|名叫|我的名字[是叫]|姓名[是为: ]{0,2})|(?<=(?:举报人|投诉人|来电人|反映人|联系人|本人)[是为: ]{0,2})${NO_WORD})${NAME}${AFTER_NAME}`,
    'g',
  ),
  mask: () => HIDDEN,
};

/** One text without the caller; `***` stands where something was taken out. */
export const discreetText = (text: string, who: Identity = {}): string => hide(text, rulesFor(who));

const hide = (text: string, own: readonly Rule[]): string =>
  maskPersonalData(applyRules(text, own, 'nothing'), [], 'nothing');

const identityRules = ({ names = [], phones = [], enterprise }: Identity): Rule[] => [
  ...names.flatMap(personRules),
  ...(enterprise === undefined ? [] : enterpriseRules(enterprise)),
  ...phones.flatMap(phoneRules),
];

const rulesFor = (who: Identity): Rule[] => [...identityRules(who), INTRODUCED];

/** 脱敏副本: every text of a request that the callback holds. */
export function discreetCopy(
  request: {
    readonly title: string;
    readonly content: string;
    readonly placeText?: string | undefined;
    readonly attachmentNames: readonly string[];
  },
  who: Identity = {},
): MaskedRequest {
  const { title, content, placeText, attachmentNames } = request;
  const texts = [title, content, placeText ?? '', ...attachmentNames];
  const own = rulesFor({ ...who, names: [...(who.names ?? []), ...texts.flatMap(introducedIn)] });
  return {
    title: hide(title, own),
    content: hide(content, own),
    ...(placeText === undefined ? {} : { placeText: hide(placeText, own) }),
    ...(attachmentNames.length === 0 ? {} : { attachmentNames: attachmentNames.map((name) => hide(name, own)) }),
  };
}

/** The names by which people introduce themselves; one said once (我叫张三) is hidden wherever it stands. */
export const introducedIn = (text: string): string[] =>
  [...plainOf(text).text.matchAll(INTRODUCED.pattern)].map(([name]) => name);

/** One person out of what others wrote: the writer out of an answer. Other people in it stay as they are. */
export const withoutPerson = (text: string, who: Identity): string => applyRules(text, identityRules(who), 'nothing');

/** 张三先生 → 张三. */
export const bareName = (name: string): string => name.trim().replace(new RegExp(`(?:${TITLES})$`), '');

function personRules(name: string): Rule[] {
  const bare = bareName(name);
  const surname = new RegExp(`^(?:${COMPOUND_SURNAMES})`).exec(bare)?.[0] ?? /^[\u4e00-\u9fff]/.exec(bare)?.[0];
  const addressed: Rule[] =
    surname === undefined
      ? []
      : [{ pattern: new RegExp(`${surname} ?(?:${TITLES})|(?<=姓)${surname}`, 'g'), mask: () => HIDDEN }];
  return [...nameRule(name, HIDDEN), ...nameRule(bare, HIDDEN), ...addressed];
}

const LEGAL_FORM = /(?:股份有限公司|有限责任公司|集团有限公司|有限公司|公司|集团|厂|店)$/;
/** What is left of an enterprise's name without its form must be this long to mean that enterprise. */
const SHORTEST_FIRM = 4;

function enterpriseRules({ name, creditCode }: NonNullable<Identity['enterprise']>): Rule[] {
  const short = name.trim().replace(LEGAL_FORM, '');
  return [
    ...nameRule(name.trim(), HIDDEN),
    ...(short.length < SHORTEST_FIRM ? [] : nameRule(short, HIDDEN)),
    ...(creditCode === undefined ? [] : nameRule(creditCode, HIDDEN)),
  ];
}

const SPOKEN: Readonly<Record<string, string>> = {
  0: '零〇',
  1: '一幺',
  2: '二',
  3: '三',
  4: '四',
  5: '五',
  6: '六',
  7: '七',
  8: '八',
  9: '九',
};
/** Whatever stands between two digits of a number, short of words. */
const BETWEEN = '[^\\dA-Za-z\\u3007\\u3400-\\u9fff\\n]{0,3}';
/** Fewer digits are a service number (12345), not a caller's. */
const SHORTEST_PHONE = 7;

function phoneRules(phone: string): Rule[] {
  const digits = phone.replace(/\D/g, '');
  if (digits.length < SHORTEST_PHONE) return [];
  const local = /^0(?:10|2\d|[3-9]\d{2})(?=\d{7,8}$)/.exec(digits);
  const writings = local === null ? [digits] : [digits.slice(1), digits.slice(local[0].length)];
  const spell = (text: string) => [...text].map((digit) => `[${digit}${SPOKEN[digit] ?? ''}]`).join(BETWEEN);
  return [
    ...writings.map(
      (writing): Rule => ({
        pattern: new RegExp(`(?<!\\d)(?:(?:\\+|00)?86${BETWEEN})?(?:0${BETWEEN})?${spell(writing)}(?!\\d)`, 'gu'),
        mask: () => HIDDEN,
      }),
    ),
    { pattern: new RegExp(`(?<=尾号[是为: ]{0,2})${digits.slice(-4)}(?!\\d)`, 'g'), mask: () => HIDDEN },
  ];
}
