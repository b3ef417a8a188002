/**
 * 紧急情形: words that mean somebody may be hurt now. Recall comes first: a needless advice to call 119 costs little. A hit
 * is dropped only where a negation stands before it, where the district's data names it a topic, a fear or the past, or
 * where the message is about what comes afterwards (赔偿) and calls for nobody.
 */
import type { DangerRule, District } from '#schemas/district.ts';
import type { Danger, EmergencyNumber } from '#schemas/routing.ts';
import { CLAUSE_END, gapPattern, normalise, type WordLists } from '../catalogue/phrases.ts';
import { cuesHeard } from './danger-cues.ts';
import { compilePhrases, type PhraseHit, type PhraseSet, phraseHits } from './phrase-set.ts';

/** What of a district is read. */
export type DangerBook = Pick<District, 'danger' | 'dangerWords' | 'dangerCues'>;

interface Compiled {
  readonly rule: DangerRule;
  readonly set: PhraseSet;
  readonly after: RegExp;
  readonly fear: RegExp;
  readonly before: RegExp;
  readonly afterwards: RegExp;
  readonly still: RegExp;
}

const BREAK = CLAUSE_END.replace('\n', '\\n');
/** 差点掉下去, 怕人掉下去, 没砸到人: no gap of a phrase runs across what makes it a fear or undoes it. */
const UNDONE = '差点|差一点|险些|担心|怕(?!是)|容易|可能会|不会|防止|没有?(?:被|有人|[砸压伤撞烧淹埋摔掉咬])';
const GAPS = {
  gap: `(?:(?!${UNDONE})[^${BREAK}]){0,8}?`,
  wide: `(?:(?!${UNDONE})[^。!?;\\n]){0,16}?`,
};
/**
 * In the gap of an exclusion somebody or somewhere would make it another matter: 护栏被人撞倒 is a railing, 护栏边学生被撞倒
 * is not.
 */
const OTHER_MATTER = '人孩娃伢婆爹妈爸爷奶生员女男姑叔姨师妇童婴客他她我你哥弟姐妹儿旁边下口前后里处时';
const EXCLUDE_GAPS = {
  gap: `(?:[被没无]人|[^${OTHER_MATTER}${BREAK}]){0,8}?`,
  wide: `(?:[被没无]人|[^${OTHER_MATTER}。!?;\\n]){0,16}?`,
};
/** 去年买的车着火, 怕里面有人被困: such words between mean that the year or the fear isn't about the danger itself. */
const LEAD_GAP = `(?:(?!现在|正在|已经|突然|再不|今天|[了的是有就刚又仍还])[^${BREAK}]){0,8}`;
const REST_GAP = `(?:(?!存在|[了有是很])[^${BREAK}]){0,6}`;
/** How far the lead and the rest may reach: a gap and the longest word around it. */
const REACH = 14;
/** It has happened: 着火了, 着火啦. */
const HAPPENED = /^[了啦咯喽]/;

const anyOf = (words: readonly string[], gap: string, lists: WordLists) =>
  words.length === 0 ? '(?!)' : `(?:${words.map((word) => gapPattern(word, { gap }, lists)).join('|')})`;

const compiled = new WeakMap<readonly DangerRule[], readonly Compiled[]>();

function compile(rules: readonly DangerRule[], lists: WordLists): readonly Compiled[] {
  const known = compiled.get(rules);
  if (known !== undefined) return known;
  const made = rules.map((rule) => ({
    rule,
    set: compilePhrases(rule.phrases, rule.exclude, { lists, gaps: GAPS, excludeGaps: EXCLUDE_GAPS }),
    after: new RegExp(`${anyOf(rule.unlessAfter, LEAD_GAP, lists)}$`),
    fear: new RegExp(`${anyOf(rule.fearAfter, LEAD_GAP, lists)}$`),
    before: new RegExp(`^${anyOf(rule.unlessBefore, REST_GAP, lists)}`),
    afterwards: new RegExp(anyOf(rule.unlessWith, LEAD_GAP, lists)),
    still: new RegExp(anyOf(rule.stillWith, LEAD_GAP, lists)),
  }));
  compiled.set(rules, made);
  return made;
}

/** The numbers to call and the first phrase that says so; undefined when nothing does. Pass title, content and place text. */
export function detectDanger(text: string, district: DangerBook): Danger | undefined {
  const normal = normalise(text);
  const numbers = new Set<EmergencyNumber>();
  let first: PhraseHit | undefined;
  for (const made of compile(district.danger, district.dangerWords)) {
    const { rule, set } = made;
    const hit = phraseHits(set, normal).find((candidate) => !softened(candidate, normal, made));
    if (hit === undefined || over(normal, made)) continue;
    first ??= hit;
    for (const number of rule.numbers) numbers.add(number);
  }
  return first === undefined ? bySound(normal, district) : { numbers: [...numbers], phrase: first.phrase };
}

/** A cry in words that nobody foresaw. */
function bySound(text: string, { dangerCues }: DangerBook): Danger | undefined {
  const heard = dangerCues && cuesHeard(text, dangerCues);
  return heard && { numbers: [...dangerCues.numbers], phrase: heard.join('、') };
}

/** The message is about what came of it, and nobody is called for: 被车撞了,保险不赔. */
const over = (text: string, { afterwards, still }: Compiled): boolean => afterwards.test(text) && !still.test(text);

function softened(hit: PhraseHit, text: string, { after, fear, before }: Compiled): boolean {
  const lead = text.slice(Math.max(0, hit.start - REACH), hit.start);
  const rest = text.slice(hit.end, hit.end + REACH);
  const happened = HAPPENED.test(rest) || HAPPENED.test(text.slice(hit.end - 1, hit.end));
  return after.test(lead) || before.test(rest) || (!happened && fear.test(lead));
}
