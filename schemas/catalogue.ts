/**
 * The dispatch catalogue (派单目录) of a running stack: versions that the hotline office publishes without a deployment, and
 * what its people corrected of the router's decisions.
 */
import * as z from 'zod';
import { CategoryCode, Instant, Kind, PlainText, TicketNo, UnitId } from './common.ts';
import { Catalogue, CatalogueRow, CatalogueVersion, DecidingAttribute } from './district.ts';
import { Routed } from './routing.ts';

/** All that a version says; the units, towns and zones that it names are those of the deployed folder. */
export const CatalogueContent = z.strictObject({
  catalogue: Catalogue,
  attributes: z.array(DecidingAttribute),
});
export type CatalogueContent = z.infer<typeof CatalogueContent>;

/** Why it was done; kept for good, so it must not hold a citizen's data. */
const reason = PlainText(200);

/** `POST /hotline/catalogue/versions` */
export const PublishCatalogue = z.strictObject({
  version: CatalogueVersion,
  /** Where the table comes from: a document's number, a meeting. */
  source: PlainText(200),
  /** True while the rows are a proposal; that of the deployed catalogue when absent. */
  standIn: z.boolean().optional(),
  rows: z.array(CatalogueRow).min(1),
  attributes: z.array(DecidingAttribute),
  reason,
});
export type PublishCatalogue = z.infer<typeof PublishCatalogue>;

/** `POST /hotline/catalogue/rollback` */
export const RollBackCatalogue = z.strictObject({ reason });

/** One change of the version in use: the audit trail. `to` and `from` absent: the deployed folder's own. */
export const CatalogueChange = z.strictObject({
  revision: z.int().min(1),
  action: z.enum(['published', 'rolledBack']),
  from: CatalogueVersion.optional(),
  to: CatalogueVersion.optional(),
  at: Instant,
  /** A staff number. */
  by: z.string(),
  reason: z.string(),
  /** Of what was published. */
  source: z.string().optional(),
  rows: z.int().optional(),
});
export type CatalogueChange = z.infer<typeof CatalogueChange>;

/** Which version is in use. `before`: those that a rollback goes to, the nearest first; then the deployed one. */
export const CataloguePointer = z.strictObject({
  version: CatalogueVersion.optional(),
  before: z.array(CatalogueVersion),
  /** Grows with every change. */
  revision: z.int().min(1),
});
export type CataloguePointer = z.infer<typeof CataloguePointer>;

/** `GET /hotline/catalogue` */
export const CatalogueStatus = z.strictObject({
  current: z.strictObject({
    version: z.string(),
    /** `deployed`: that of the district folder; `published`: one of the versions below. */
    origin: z.enum(['deployed', 'published']),
    since: Instant.optional(),
    by: z.string().optional(),
  }),
  /** 不适用: published versions that would come first, but name what the deployed folder no longer has. */
  refused: z.array(z.string()).optional(),
  /** What a rollback would go to; absent when the deployed one is in use. */
  previous: z.string().optional(),
  deployed: z.string(),
  /** Every version that was ever published, newest first. */
  versions: z.array(
    z.strictObject({ version: z.string(), source: z.string(), rows: z.int(), publishedAt: Instant, by: z.string() }),
  ),
  /** Newest first. */
  changes: z.array(CatalogueChange),
  /** Real time within which every part of the system follows a change. */
  followsWithinSeconds: z.int(),
});
export type CatalogueStatus = z.infer<typeof CatalogueStatus>;

/** 纠正: a person gave a ticket another owner or category than the router did. Names the words by key. */
export const Correction = z.strictObject({
  ticketNo: TicketNo,
  at: Instant,
  /** Of the event that says so. */
  seq: z.int().min(1),
  kind: Kind,
  townCode: z.string().optional(),
  textKey: z.string(),
  from: Routed,
  to: z.strictObject({ owner: UnitId, categoryCode: CategoryCode.optional() }),
});
export type Correction = z.infer<typeof Correction>;

/** `GET /hotline/corrections`: with the request's words, masked; absent when they were erased. */
export const CorrectionPage = z.strictObject({
  corrections: z.array(
    Correction.omit({ textKey: true }).extend({ title: z.string().optional(), content: z.string().optional() }),
  ),
  cursor: z.string().optional(),
});
export type CorrectionPage = z.infer<typeof CorrectionPage>;
export type CorrectionEntry = CorrectionPage['corrections'][number];
