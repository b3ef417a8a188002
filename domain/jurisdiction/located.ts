/** What is asked about a place and what is answered. */
import type { PlaceTarget } from './place-names.ts';

export interface PlaceInput {
  readonly text?: string | undefined;
  readonly townCode?: string | undefined;
  readonly villageCode?: string | undefined;
  readonly lat?: number | undefined;
  readonly lng?: number | undefined;
  /** GCJ-02, BD-09, WGS-84 or CGCS2000; without it coordinates take no part. */
  readonly crs?: string | undefined;
}

export type PlaceField = 'townCode' | 'villageCode' | 'coordinates' | 'placeText' | 'content';

export interface PlaceCandidate {
  readonly kind: PlaceTarget['kind'];
  readonly id: string;
  readonly name: string;
  readonly score: number;
  /** Chinese; quotes only names of the gazetteer and codes. */
  readonly evidence: string;
}

/**
 * Why nobody but the desk can say: several places are named alike, the point lies on a border, two codes name different towns,
 * or two sources (code, coordinates, address, what is told) contradict each other.
 */
export type PlaceDoubt = 'several' | 'border' | 'codes' | 'contradiction';

export interface Located {
  /** Town code; absent when unknown, ambiguous or outside. */
  readonly town?: string;
  readonly village?: string;
  /** Zone id; may stand beside a town. */
  readonly zone?: string;
  /** A zone that it may lie in, when a row that asks for the zone can't be decided without knowing. */
  readonly zoneDoubt?: string;
  /** A neighbour with its county code, or another place with its name as id. */
  readonly outside?: { readonly id: string; readonly name: string };
  /** 0..1 of what is answered; of the best candidate when ambiguous. */
  readonly confidence: number;
  readonly ambiguous: boolean;
  /** Present when ambiguous. */
  readonly doubt?: PlaceDoubt;
  /** Best first; no two alike in score and id. */
  readonly candidates: readonly PlaceCandidate[];
  readonly fields: readonly PlaceField[];
}
