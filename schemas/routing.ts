/**
 * What the router decided about a request and why (派单决定). It is stored in events, so it holds no word of the citizen's:
 * evidence quotes only terms of the district folder (gazetteer names, catalogue keywords, danger phrases).
 */
import * as z from 'zod';
import { CategoryCode, UnitId, Urgency } from './common.ts';

/** 去向: a unit of the district, the city's 12345 platform, or the hotline office's own desk. */
export const Disposition = z.enum(['unit', 'city', 'desk']);
export type Disposition = z.infer<typeof Disposition>;

/** The rule that won, in the order in which the rules are asked. Clients may switch on it; never renamed. */
export const RoutingRule = z.enum([
  /** 诉讼、仲裁、行政复议、信访、政府信息公开 */
  'statutory-route',
  /** 事发地在区外 */
  'outside-district',
  /** 区内区外难辨 */
  'outside-unsure',
  /** 类别不明 */
  'category-unsure',
  /** 市级事权 */
  'city-duty',
  /** 目录指定由热线办研判 */
  'desk-duty',
  /** 地点不明 */
  'place-unsure',
  /** 涉及多个镇街 */
  'place-ambiguous',
  /** 该地无属地政府 */
  'place-without-government',
  /** 功能区优先 */
  'zone-override',
  /** 属地乡镇街道 */
  'town-duty',
  /** 按镇街类别分工 */
  'town-kind-duty',
  /** 按决定要素分工 */
  'attribute-duty',
  /** 决定要素互相矛盾 */
  'attribute-ambiguous',
  /** 部门事权 */
  'department-duty',
  /** 回避 */
  'recusal',
]);
export type RoutingRule = z.infer<typeof RoutingRule>;

export const EmergencyNumber = z.enum(['110', '119', '120', '122']);
export type EmergencyNumber = z.infer<typeof EmergencyNumber>;

/** 紧急情形: `numbers` to call now; `phrase` is the district folder's phrase that was met. */
export const Danger = z.strictObject({ numbers: z.array(EmergencyNumber).min(1), phrase: z.string() });
export type Danger = z.infer<typeof Danger>;

/** 类别存疑: the category that came with the request was kept, but the words speak of this row; a person should look. */
export const CategoryDoubt = z.strictObject({
  code: CategoryCode,
  /** Which reader says so. */
  by: z.enum(['keywords', 'model']),
});
export type CategoryDoubt = z.infer<typeof CategoryDoubt>;

/** A unit, town or catalogue row that was considered and lost. `score` 0..1. */
export const RunnerUp = z.strictObject({
  kind: z.enum(['category', 'town', 'outside', 'unit']),
  id: z.string(),
  name: z.string(),
  score: z.number().min(0).max(1),
  evidence: z.string(),
});
export type RunnerUp = z.infer<typeof RunnerUp>;

export const RoutingTrace = z.strictObject({
  catalogueVersion: z.string(),
  rule: RoutingRule,
  /** Names of the fields that took part, never their values. */
  inputs: z.array(
    z.enum(['townCode', 'villageCode', 'coordinates', 'placeText', 'title', 'content', 'kind', 'category']),
  ),
  /** Chinese, for the clerk who checks. */
  evidence: z.array(z.string()),
  runnersUp: z.array(RunnerUp),
  /** 0..1; the weakest link of what the decision rests on. */
  confidence: z.number().min(0).max(1),
  /** One Chinese sentence that a clerk can check. */
  sentence: z.string(),
});
export type RoutingTrace = z.infer<typeof RoutingTrace>;

export const RoutingDecision = z.strictObject({
  disposition: Disposition,
  /** 主办: exactly one. The city platform's or the desk's unit id when the disposition says so. */
  owner: UnitId,
  /** 协办 */
  coHandlers: z.array(UnitId),
  /** Absent when neither given nor recognised. */
  categoryCode: CategoryCode.optional(),
  categoryDoubt: CategoryDoubt.optional(),
  /** 属地镇街 of what the row asks (事发地, 用工地, 户籍地), a 12-digit division code; absent when unknown or not the district's. */
  townCode: z
    .string()
    .regex(/^\d{12}$/)
    .optional(),
  /** 功能区, an id of zones.csv. */
  zone: z.string().optional(),
  /** Suggested 紧急程度; the caller's own may outrank it. */
  urgency: Urgency,
  danger: Danger.optional(),
  /** 法定途径: set with rule `statutory-route`; the words that tell the citizen where to turn. */
  lawfulRoute: z.string().max(100).optional(),
  /** 涉企: the caller is an enterprise or the catalogue row says so. */
  enterprise: z.boolean(),
  trace: RoutingTrace,
});
export type RoutingDecision = z.infer<typeof RoutingDecision>;

/** 候选: a row that a language model named, and whom the catalogue gives it to at this place. */
export const OpinionCandidate = z.strictObject({
  code: CategoryCode,
  owner: UnitId,
  /** 0..1, as the model says: it is not calibrated. */
  probability: z.number().min(0).max(1),
});
export type OpinionCandidate = z.infer<typeof OpinionCandidate>;

/** The part of a decision that stays on the ticket, for comparison with what persons made of it. */
export const Routed = z.strictObject({
  owner: UnitId,
  categoryCode: CategoryCode.optional(),
  rule: RoutingRule,
  catalogueVersion: z.string(),
});
export type Routed = z.infer<typeof Routed>;
