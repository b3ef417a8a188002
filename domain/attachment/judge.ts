/** What an uploaded file may be: judged by its first bytes, its size and what it was said to be. */
import { UPLOAD_TYPES, UploadType } from '#schemas/attachment.ts';

/** Other names for what we take: another brand of the same container. */
const SAME_AS: Readonly<Record<string, UploadType>> = {
  'image/apng': 'image/png',
  'image/heif': 'image/heic',
  'video/x-m4v': 'video/mp4',
};

export interface Upload {
  /** Content type that the permit was given for. */
  readonly declared: string | undefined;
  /** Media type that the first bytes speak of; undefined when they say nothing. */
  readonly detected: string | undefined;
  readonly bytes: number;
}

export type Judgement = { readonly type: UploadType } | { readonly fault: string };

export function judge({ declared, detected, bytes }: Upload): Judgement {
  const said = UploadType.safeParse(declared).data;
  const type = UploadType.safeParse(SAME_AS[detected ?? ''] ?? detected).data;
  if (type === undefined) return { fault: 'its content is of no type that is taken' };
  const { family, maxBytes } = UPLOAD_TYPES[type];
  if (said === undefined || UPLOAD_TYPES[said].family !== family) {
    return { fault: 'its content is not of the type that it was said to be' };
  }
  if (bytes > maxBytes) return { fault: 'it is larger than its type may be' };
  return { type };
}
