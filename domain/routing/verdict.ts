/** What routing works on: the request as far as it matters, what was found in it, and what was decided. */
import type { Kind } from '#schemas/common.ts';
import type { CatalogueRow } from '#schemas/district.ts';
import type { RoutingRule } from '#schemas/routing.ts';
import type { Located, PlaceInput } from '../jurisdiction/locate.ts';
import type { ShownAttribute } from './attributes.ts';
import type { ChosenRow } from './choose-row.ts';
import type { Circumstances } from './dispose.ts';
import type { StatutoryHit } from './statutory.ts';

export interface RouteInput {
  readonly kind: Kind;
  readonly title: string;
  readonly content: string;
  readonly place?: PlaceInput | undefined;
  readonly category?: string | undefined;
  /** 涉企: the caller is an enterprise. */
  readonly callerEnterprise?: boolean | undefined;
}

/** What the rules look at: read from the request once, then only compared. */
export interface Findings {
  readonly input: RouteInput;
  readonly located: Located;
  readonly chosen: ChosenRow;
  readonly statutory: StatutoryHit | undefined;
  /** Town and zone that are sure enough to decide by. */
  readonly town: string | undefined;
  readonly zone: string | undefined;
  /** 决定要素 that the words show. */
  readonly attributes: readonly ShownAttribute[];
  /** What of all this decides the owner within a row. */
  readonly circumstances: Circumstances;
}

export interface Verdict {
  readonly unit: string;
  readonly rule: RoutingRule;
  readonly confidence: number;
  readonly row?: CatalogueRow | undefined;
  /** Who would have owned it, had the desk not to look first. */
  readonly candidate?: string | undefined;
}
