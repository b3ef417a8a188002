/**
 * A district (县级区划) as one object: the compiled `districts/<id>/` folder that is shipped beside every function.
 * Whatever names a place, a unit, a phone number or a citizen-facing text lives here and nowhere in code.
 */
import * as z from 'zod';
import { ClerkLinkSettings } from './clerk.ts';
import { Kind, UnitId, Urgency } from './common.ts';
import { FeedbackRules } from './feedback.ts';
import { RetentionRules } from './retention.ts';
import { EmergencyNumber } from './routing.ts';
import { CalendarData, LimitProfile } from './sla.ts';

const Text = z.string().trim().min(1);
/** 统计用区划代码 */
export const DivisionCode = z.string().regex(/^\d{12}$/, 'a 12-digit division code (12 位区划代码)');
const CountyCode = z.string().regex(/^\d{6}$/, 'a 6-digit county code (6 位县级代码)');
/** Letters, digits and dashes; the id of a zone, a route or a danger. */
const Slug = z.string().regex(/^[a-z][a-z0-9-]{1,40}$/, 'lower-case letters, digits and dashes');

/** 层级: who a unit answers to. `vertical` = 垂管 (led from above, works here), `utility` = 公用企业. */
export const UnitLevel = z.enum(['department', 'town', 'zone', 'vertical', 'utility', 'city', 'hotline']);
export type UnitLevel = z.infer<typeof UnitLevel>;

/** 镇街类别. 类似乡级单位 = town-level units for statistics only, which have no people's government of their own. */
export const TownKind = z.enum(['街道', '镇', '乡', '类似乡级单位']);
export type TownKind = z.infer<typeof TownKind>;

export const Town = z.strictObject({
  code: DivisionCode,
  name: Text,
  kind: TownKind,
  /** Who holds the duty of the town's government there: a unit, the city platform or the desk. */
  unit: UnitId,
});
export type Town = z.infer<typeof Town>;

export const Village = z.strictObject({ code: DivisionCode, name: Text, townCode: DivisionCode, townName: Text });
export type Village = z.infer<typeof Village>;

/** 功能区: overlaps towns; outranks them only for catalogue rows whose owner is `@zone`. */
export const Zone = z.strictObject({
  id: Slug,
  name: Text,
  code: DivisionCode.optional(),
  unit: UnitId,
  note: z.string(),
});
export type Zone = z.infer<typeof Zone>;

export const Department = z.strictObject({
  id: UnitId,
  /** 全称, as written on a dispatch sheet. */
  name: Text,
  shortName: Text,
  level: UnitLevel,
  aliases: z.array(Text),
  /** A 角 / B 角: role names, never persons. */
  handlerA: Text,
  handlerB: Text,
  /** A 角请假, both days included: B is addressed meanwhile. */
  leaveA: z
    .strictObject({ from: z.iso.date(), until: z.iso.date() })
    .refine(({ from, until }) => from <= until, 'leave ends after it begins (请假止日不早于起日)')
    .optional(),
  /** Where callbacks go. Absent: the unit works by polling, or its secret names the address. */
  endpoint: z.url({ protocol: /^https$/ }).optional(),
});
export type Department = z.infer<typeof Department>;

/** 职责主体 with its basis: what the ban on pushing duties down (国办函〔2025〕66号) is checked against. */
export const DutyHolder = z.enum(['department', 'town', 'shared']);
export type DutyHolder = z.infer<typeof DutyHolder>;

/** 地点规则: event = 事发地, company = 用工单位或工地所在地, household = 户籍地, none = the place doesn't matter. */
export const PlaceRule = z.enum(['event', 'company', 'household', 'none']);
export type PlaceRule = z.infer<typeof PlaceRule>;

/** A unit's id; `@town` = the town's government; `@zone` = the zone if the place lies in one, else the town; `@city`; `@desk`. */
export const OwnerRef = z.union([UnitId, z.enum(['@town', '@zone', '@city', '@desk'])], {
  error: 'a unit id, @town, @zone, @city or @desk',
});
export type OwnerRef = z.infer<typeof OwnerRef>;

/** 决定要素: a fact of the matter that decides who owns it within one sub-class: the class of a road, the source of a noise. */
export const DecidingAttribute = z.strictObject({
  id: Slug,
  name: Text,
  /** Citizens' words that show it. */
  words: z.array(z.string().trim().min(2, 'a word has at least two characters (至少两个字)')).min(1),
  note: z.string(),
});
export type DecidingAttribute = z.infer<typeof DecidingAttribute>;

/** 目录小类: one row of the dispatch catalogue (派单目录). */
export const CatalogueRow = z.strictObject({
  code: z.string().regex(/^\d{2}\.\d{1,2}$/, 'a sub-class code looks like 01.3'),
  category: Text,
  name: Text,
  /** Kinds of request that the row is for; empty = all. */
  kinds: z.array(Kind),
  level: UnitLevel.or(z.literal('byPlace')),
  owner: OwnerRef,
  /** Exceptions by kind of town, e.g. 街道 → the district's 城管 while `@town` owns it elsewhere. */
  ownerByKind: z.partialRecord(TownKind, OwnerRef),
  /** Exceptions by deciding attribute, e.g. `road-national` → `@city`. They come before those by kind of town. */
  ownerByAttribute: z.record(Slug, OwnerRef),
  dutyHolder: DutyHolder,
  dutyBasis: z.string(),
  placeRule: PlaceRule,
  attributes: z.array(Text),
  keywords: z.array(z.string().trim().min(2, 'a keyword has at least two characters (关键词至少两个字)')),
  legalBasis: z.string(),
  defaultUrgency: Urgency,
  coHandlers: z.array(UnitId.or(z.literal('@town'))),
});
export type CatalogueRow = z.infer<typeof CatalogueRow>;

/** 目录版本, e.g. `2027.01`. What it holds never changes: tickets keep the version that routed them. */
export const CatalogueVersion = z
  .string()
  .regex(/^[\w.-]{1,40}$/, 'letters, digits, dots and dashes, at most 40 (字母、数字、点和短横,如 2027.01,至多 40 个)');

export const Catalogue = z.strictObject({
  version: CatalogueVersion,
  /** True while the rows are a proposal and not the district's own table. */
  standIn: z.boolean(),
  /** Where the table comes from: a document's number, a meeting. */
  source: Text.max(200),
  rows: z.array(CatalogueRow).min(1),
});
export type Catalogue = z.infer<typeof Catalogue>;

/** 大类 in the order of their numbers, from 01: what the rows are compared with, so that a lost class is noticed. */
export const CatalogueClasses = z
  .array(Text)
  .min(1)
  .max(99)
  .refine((names) => new Set(names).size === names.length, 'each class has a name of its own (类别名称不得重复)');

/**
 * A name that citizens use for a place. `target` is a town's or village's code or a zone's id; a `decoy` has none: a road,
 * school or estate whose name only sounds like a town (温泉路). `weak` names mean other things too (马桥 is also a bridge).
 */
export const PlaceAlias = z.strictObject({
  alias: z.string().trim().min(2),
  target: z.union([DivisionCode, Slug, z.literal('')]),
  strength: z.enum(['strong', 'weak', 'decoy']),
  note: z.string(),
});
export type PlaceAlias = z.infer<typeof PlaceAlias>;

/** A phrase of citizens' words; `…` stands for up to eight characters of the same clause. */
const Phrase = z.string().trim().min(2);

/**
 * Which number to call for which words. In every list `{跌|摔}` stands for one of the words and `{人}` for one of that list of
 * `dangerWords`; `……` is a gap of up to sixteen characters that runs over commas. `exclude`: longer words in which a phrase
 * means nothing (上吊顶 for 上吊); a gap of theirs never runs across a person. The other lists hold words around a phrase that
 * make it a topic or a fear, not an emergency; `…` at their inner end lets a few characters stand between. `unlessAfter`:
 * before it, whatever follows (去年…, 万一…, 容易…). `fearAfter`: before it, unless 了 says that it has happened (怕着火, but
 * 怕是着火了). `unlessBefore`: behind it (火灾隐患). `unlessWith`: anywhere in the message; it is about what came afterwards
 * (赔偿, 报销), unless one of `stillWith` stands there too (快来, 正在).
 */
export const DangerRule = z.strictObject({
  id: Slug,
  numbers: z.array(EmergencyNumber).min(1),
  phrases: z.array(Phrase).min(1),
  exclude: z.array(Phrase),
  unlessAfter: z.array(Text),
  fearAfter: z.array(Text),
  unlessBefore: z.array(Text),
  unlessWith: z.array(Text),
  stillWith: z.array(Text),
});
export type DangerRule = z.infer<typeof DangerRule>;

/** Lists of words that the danger rules refer to by name. */
export const DangerWords = z.record(Text, z.array(Text).min(1));
export type DangerWords = z.infer<typeof DangerWords>;

/**
 * 紧急线索, `danger-cues.json`: what each run of characters weighs in favour of danger. A sentence whose weights sum to the
 * threshold is heard as a cry even if no phrase foresaw it; `numbers` are then given, since nobody knows which of them.
 */
export const DangerCues = z.strictObject({
  about: Text,
  numbers: z.array(EmergencyNumber).min(1),
  threshold: z.int(),
  bias: z.int(),
  weights: z.record(z.string().min(1), z.int()),
});
export type DangerCues = z.infer<typeof DangerCues>;

/**
 * 法定途径: a matter that another procedure already holds; `route` tells the citizen where to turn. `exclude`: longer words
 * in which a phrase means something else (统一审批 for 一审), `…` as in the phrases.
 */
export const StatutoryRoute = z.strictObject({
  id: Slug,
  name: Text,
  phrases: z.array(Phrase).min(1),
  exclude: z.array(Phrase),
  route: Text.max(100),
});
export type StatutoryRoute = z.infer<typeof StatutoryRoute>;

/** Below these (0..1) the desk decides. */
export const Thresholds = z.strictObject({
  category: z.number().min(0).max(1),
  place: z.number().min(0).max(1),
  outside: z.number().min(0).max(1),
});
export type Thresholds = z.infer<typeof Thresholds>;

/** Text with `{ticketNo}` and `{numbers}`; nothing else is replaced. What citizens hear later is in `feedback.json`. */
const placeholders = new Set(['ticketNo', 'numbers']);
const Template = Text.refine(
  (text) => [...text.matchAll(/\{(\w*)\}/g)].every((match) => placeholders.has(match[1] ?? '')),
  'only {ticketNo} and {numbers} are replaced',
);
export const Texts = z.strictObject({
  dangerNotice: Template,
  /** 隐私告知, paragraph by paragraph: shown or read out before a request is taken. */
  privacy: z.strictObject({ phone: z.array(Text).min(1), wechat: z.array(Text).min(1), website: z.array(Text).min(1) }),
});
export type Texts = z.infer<typeof Texts>;

export const ChannelSettings = z.strictObject({
  phone: z.strictObject({ hotline: z.string().regex(/^\d{3,12}$/) }),
  wechat: z.strictObject({
    miniprogramState: z.enum(['developer', 'trial', 'formal']),
    lang: z.literal('zh_CN'),
    /** 会话时长: minutes after a message within which the next one belongs to the same request. */
    messageWindowMinutes: z.int().min(1).max(120),
    /** 每人每小时件数: new forms of one user within any hour; replays, danger to life and pushed messages don't count. */
    requestsPerHour: z.int().min(1).max(1000),
  }),
  website: z.strictObject({ boardName: Text }),
});
export type ChannelSettings = z.infer<typeof ChannelSettings>;

export const Gazetteer = z.strictObject({
  aliases: z.array(PlaceAlias),
  /** Names of other cities and counties: a place there is not ours. */
  elsewhere: z.array(z.string().trim().min(2)),
});
export type Gazetteer = z.infer<typeof Gazetteer>;

const Position = z.tuple([z.number().min(-180).max(180), z.number().min(-90).max(90)]);

/** One town's (by code) or zone's (by id) ground: a MultiPolygon of WGS-84 positions, longitude first. */
export const BoundaryArea = z.strictObject({
  id: z.union([DivisionCode, Slug]),
  /** West, south, east, north. */
  bbox: z.tuple([z.number(), z.number(), z.number(), z.number()]),
  polygons: z.array(z.array(z.array(Position).min(4)).min(1)).min(1),
});
export type BoundaryArea = z.infer<typeof BoundaryArea>;

/** 镇街、功能区边界, of the folder's `polygons.geojson`; without it coordinates take no part. */
export const Boundaries = z.strictObject({
  /** Nearer to a border than this (metres) a point may lie on either side. */
  borderMetres: z.number().min(1).max(1000),
  /** Every town that is no zone has its area: a point in none lies outside the district. */
  whole: z.boolean(),
  areas: z.array(BoundaryArea).min(1),
});
export type Boundaries = z.infer<typeof Boundaries>;

/**
 * 第二意见: a large language model that the desk may ask about a ticket that it is unsure of. Absent: off. The model reads masked
 * words only, decides nothing, and is never asked on the way in (《政务领域人工智能大模型部署应用指引》, 2025-10: models only assist).
 */
export const SecondOpinion = z.strictObject({
  provider: z.literal('deepseek'),
  model: z.enum(['deepseek-flash', 'deepseek-v4-pro']),
  /** Questions of the whole office within one hour. */
  perHour: z.int().min(1).max(1000),
});
export type SecondOpinion = z.infer<typeof SecondOpinion>;

/** `district.json`: everything of the folder that isn't a table. */
export const DistrictHead = z.strictObject({
  id: Slug,
  code: CountyCode,
  name: Text,
  /** The first few characters of the name that people say alone (咸安). */
  shortName: Text,
  province: Text,
  city: Text,
  mainland: z.boolean(),
  ticketPrefix: z.string().regex(/^[A-Z]{2}$/, 'two capital letters'),
  timezone: z.literal('Asia/Shanghai'),
  sources: z.record(z.string(), Text),
  neighbours: z.array(z.strictObject({ code: CountyCode, name: Text })),
  elsewhere: z.array(z.string().trim().min(2)),
  cityPlatform: UnitId,
  desk: UnitId,
  catalogue: z.strictObject({
    version: CatalogueVersion,
    standIn: z.boolean(),
    source: Text,
    classes: CatalogueClasses,
  }),
  danger: z.array(DangerRule).min(1),
  dangerWords: DangerWords,
  statutoryRoutes: z.array(StatutoryRoute),
  thresholds: Thresholds,
  texts: Texts,
  channels: ChannelSettings,
  /** 现成时限方案: one of `districts/profiles`, in place of a limits.json of the district's own. */
  limitProfile: z
    .string()
    .regex(/^[a-z][a-z0-9-]*$/)
    .optional(),
  secondOpinion: SecondOpinion.optional(),
  /** 办理链接, for units without an API. */
  clerkLinks: ClerkLinkSettings.prefault({}),
});
export type DistrictHead = z.infer<typeof DistrictHead>;

export const District = DistrictHead.omit({ catalogue: true, elsewhere: true }).extend({
  towns: z.array(Town).min(1),
  villages: z.array(Village),
  zones: z.array(Zone),
  departments: z.array(Department).min(1),
  attributes: z.array(DecidingAttribute),
  /** Of the folder, like the units: a published catalogue has the same classes. */
  classes: CatalogueClasses,
  catalogue: Catalogue,
  gazetteer: Gazetteer,
  boundaries: Boundaries.optional(),
  dangerCues: DangerCues.optional(),
  calendar: CalendarData,
  limits: LimitProfile,
  feedback: FeedbackRules,
  retention: RetentionRules,
});
export type District = z.infer<typeof District>;
