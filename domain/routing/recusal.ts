/** 回避: a complaint about a unit's own staff never goes to that unit (Jinan Art. 32); the desk names its superior. */
import type { Kind } from '#schemas/common.ts';
import type { Department, UnitLevel } from '#schemas/district.ts';
import { normalise } from '../catalogue/phrases.ts';

const STAFF =
  '工作人员|干部|领导|局长|所长|科长|股长|镇长|乡长|书记|主任|办事员|窗口人员|执法人员|队员|监察员|协管员|那个人|的人';
const MISCONDUCT =
  '态度(?:恶劣|差|不好|蛮横|生硬|粗暴)|不作为|乱作为|吃拿|推诿|推来推去|踢皮球|刁难|受贿|索贿|索要|好处费|骂人|打人|' +
  '(?:收|要|拿)了?[^,。!?;\\n]{0,6}?(?:红包|礼(?!拜|貌|仪|堂)|好处|烟|回扣)';
const IN_CLAUSE = '[^,。!?;\\n]';
const IN_SENTENCE = '[^。!?;\\n]';
/** Staff that is named makes a complaint one about them; in any other kind of request it takes what they did. */
const CONDUCT = new RegExp(`^${IN_CLAUSE}{0,10}?(?:${STAFF.replace('|那个人|的人', '')}|态度|${MISCONDUCT})`);
const MISCONDUCT_AFTER = new RegExp(`^${IN_SENTENCE}{0,16}?(?:${MISCONDUCT})`);
/** 工作人员态度恶劣,就是医保局的那个: the other way round. */
const MISCONDUCT_BEFORE = new RegExp(`(?:${STAFF})${IN_SENTENCE}{0,8}?(?:${MISCONDUCT}),?(?:就是|是)$`);
const REACH = 30;

/** How people speak of an office that they don't name: the owner's own, whichever that is. */
const TOWN_OFFICE = '镇里|镇上|镇政府|乡里|乡政府|街道办?|街办';
const OFFICE = '局里|窗口|大厅|中心|所里|大队|中队|队里';
const OFFICES: Readonly<Record<UnitLevel, string | undefined>> = {
  town: TOWN_OFFICE,
  zone: OFFICE,
  department: OFFICE,
  vertical: OFFICE,
  utility: undefined,
  city: undefined,
  hotline: undefined,
};
const behaving = (office: string): RegExp =>
  new RegExp(`(?:${office})${IN_CLAUSE}{0,8}?(?:${STAFF})${IN_SENTENCE}{0,24}?(?:${MISCONDUCT})`);
/** 我要投诉她这种态度: what the whole complaint is about. */
const accused = (office: string): RegExp =>
  new RegExp(
    `(?:${office})${IN_CLAUSE}{0,8}?(?:${STAFF})[^]{0,80}?(?:投诉|举报|查)${IN_CLAUSE}{0,6}?(?:[他她]们?|这种|这个|那个)${IN_CLAUSE}{0,6}?(?:态度|作风|${STAFF})`,
  );
const unnamed = new Map(
  [TOWN_OFFICE, OFFICE].map((office) => [office, [behaving(office), accused(office)] as const] as const),
);

/** True when the request names the unit, or the office that would own it, and in the same breath how its people behave. */
export function mustRecuse(kind: Kind, text: string, unit: Department): boolean {
  if (kind === 'praise') return false;
  const normal = normalise(text);
  const complains = kind === 'complaint' || kind === 'report';
  const named = [unit.name, unit.shortName, ...unit.aliases].map(normalise).some((name) => {
    for (let at = normal.indexOf(name); at >= 0; at = normal.indexOf(name, at + 1)) {
      const after = normal.slice(at + name.length, at + name.length + REACH);
      if ((complains && CONDUCT.test(after)) || MISCONDUCT_AFTER.test(after)) return true;
      if (MISCONDUCT_BEFORE.test(normal.slice(Math.max(0, at - REACH), at))) return true;
    }
    return false;
  });
  if (named || !complains) return named;
  return unnamed.get(OFFICES[unit.level] ?? '')?.some((rule) => rule.test(normal)) === true;
}
