/**
 * 紧急情形: words that mean somebody may be hurt now. Recall comes first: a needless advice to call 119 costs little. A hit
 * is dropped only where a negation stands before it, or where the district's data names it a topic, a fear or the past.
 */
import type { DangerRule, District } from '#schemas/district.ts';
import type { Danger, EmergencyNumber } from '#schemas/routing.ts';
import { CLAUSE_END, gapPattern, normalise } from '../catalogue/phrases.ts';
import { compilePhrases, type PhraseHit, type PhraseSet, phraseHits } from './phrase-set.ts';

interface Compiled {
  readonly rule: DangerRule;
  readonly set: PhraseSet;
  readonly after: RegExp;
  readonly fear: RegExp;
  readonly before: RegExp;
}

const BREAK = CLAUSE_END.replace('\n', '\\n');
/**
 * In the gap of an exclusion somebody or somewhere would make it another matter: 护栏被人撞倒 is a railing, 护栏边学生被撞倒
 * is not.
 */
const OTHER_MATTER = '人孩娃伢婆爹妈爸爷奶生员女男姑叔姨师妇童婴客他她我你哥弟姐妹儿旁边下口前后里处时';
const EXCLUDE_GAP = `(?:[被没无]人|[^${OTHER_MATTER}${BREAK}]){0,8}?`;
/** 去年买的车着火, 怕里面有人被困: such words between mean that the year or the fear isn't about the danger itself. */
const LEAD_GAP = `(?:(?!现在|正在|已经|突然|再不|今天|[了的是有就刚又仍还])[^${BREAK}]){0,8}`;
const REST_GAP = `(?:(?!存在|[了有是很])[^${BREAK}]){0,6}`;
/** How far the lead and the rest may reach: a gap and the longest word around it. */
const REACH = 14;
/** It has happened: 着火了, 着火啦. */
const HAPPENED = /^[了啦咯喽]/;

const anyOf = (words: readonly string[], gap: string) =>
  words.length === 0 ? '(?!)' : `(?:${words.map((word) => gapPattern(word, gap)).join('|')})`;

const compiled = new WeakMap<readonly DangerRule[], readonly Compiled[]>();

function compile(rules: readonly DangerRule[]): readonly Compiled[] {
  const known = compiled.get(rules);
  if (known !== undefined) return known;
  const made = rules.map((rule) => ({
    rule,
    set: compilePhrases(rule.phrases, rule.exclude, EXCLUDE_GAP),
    after: new RegExp(`${anyOf(rule.unlessAfter, LEAD_GAP)}$`),
    fear: new RegExp(`${anyOf(rule.fearAfter, LEAD_GAP)}$`),
    before: new RegExp(`^${anyOf(rule.unlessBefore, REST_GAP)}`),
  }));
  compiled.set(rules, made);
  return made;
}

/** The numbers to call and the first phrase that says so; undefined when nothing does. Pass title, content and place text. */
export function detectDanger(text: string, district: Pick<District, 'danger'>): Danger | undefined {
  const normal = normalise(text);
  const numbers = new Set<EmergencyNumber>();
  let first: PhraseHit | undefined;
  for (const made of compile(district.danger)) {
    const { rule, set } = made;
    const hit = phraseHits(set, normal).find((candidate) => !softened(candidate, normal, made));
    if (hit === undefined) continue;
    first ??= hit;
    for (const number of rule.numbers) numbers.add(number);
  }
  return first === undefined ? undefined : { numbers: [...numbers], phrase: first.phrase };
}

function softened(hit: PhraseHit, text: string, { after, fear, before }: Compiled): boolean {
  const lead = text.slice(Math.max(0, hit.start - REACH), hit.start);
  const rest = text.slice(hit.end, hit.end + REACH);
  const happened = HAPPENED.test(rest) || HAPPENED.test(text.slice(hit.end - 1, hit.end));
  return after.test(lead) || before.test(rest) || (!happened && fear.test(lead));
}
