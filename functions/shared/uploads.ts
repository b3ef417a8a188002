/**
 * 附件上传: a permit to upload one file to a place of one's own, and the judgement of what was uploaded when the form that
 * names it comes in. Between the two the client writes to the bucket directly.
 */
import { randomUUID } from 'node:crypto';
import { fileTypeFromBuffer } from 'file-type';
import { judge } from '#domain/attachment/judge.ts';
import { attachmentStore } from '#functions/adapters/attachment-store.ts';
import { foundInSecret, secret } from '#functions/adapters/secrets.ts';
import type {
  KeptAttachment,
  UploadedAttachment,
  UploadPermit,
  UploadRequest,
  UploadType,
} from '#schemas/attachment.ts';
import type { KeepAttachments } from './intake-request.ts';
import { log } from './log.ts';
import { ProblemError } from './problem.ts';
import { currentKey, type QueryKey, uploaderHashWith } from './query-code.ts';

/** Seconds that a permit holds (real time): 50 MiB on a slow line in the country. */
const PERMIT_SECONDS = 900;

/** The uploader's hash is part of the key: a number that somebody else got leads nowhere in this session. */
const incoming = (key: QueryKey, openid: string, uploadId: string): string =>
  `incoming/${uploaderHashWith(key, openid)}/${uploadId}`;

export async function permitUpload(openid: string, { contentType, bytes }: UploadRequest): Promise<UploadPermit> {
  const { keys } = await secret('QUERY_SECRET');
  const uploadId = randomUUID();
  const { url, fields } = await attachmentStore().permit(
    incoming(currentKey(keys), openid, uploadId),
    { type: contentType, maxBytes: bytes },
    PERMIT_SECONDS,
  );
  return { uploadId, url, fields, expiresInSeconds: PERMIT_SECONDS };
}

/** An upload that may be kept, as it was when it was judged. */
interface Judged {
  readonly name: string;
  readonly from: string;
  readonly type: UploadType;
  readonly bytes: number;
  readonly version: string;
}

/**
 * All are judged before the first is moved. They move to `kept/<folder>/<place in the form>`, so that the same form sent
 * again writes the same objects again.
 */
export const keepUploads =
  (openid: string): KeepAttachments =>
  async (attachments, folder) => {
    try {
      const looked = await Promise.all(
        attachments.map(async (attachment) => ('url' in attachment ? attachment : await judged(openid, attachment))),
      );
      refuse(looked);
      const kept = await Promise.all(
        looked.map(async (found, index) => (isJudged(found) ? await keep(found, `kept/${folder}/${index}`) : found)),
      );
      refuse(kept);
      return kept.filter((attachment) => !isFault(attachment));
    } catch (error) {
      if (error instanceof ProblemError) throw error;
      // Nothing is written yet: the same form will do in a moment.
      log.error('attachments could not be kept', { channel: 'wechat', code: 'attachmentsUnavailable' }, error);
      throw new ProblemError('busy');
    }
  };

interface Fault {
  readonly fault: string;
}
type Found = KeptAttachment | Judged | Fault;
const isFault = (found: Found): found is Fault => 'fault' in found;
const isJudged = (found: Found): found is Judged => 'from' in found;

function refuse<T extends Found>(found: readonly T[]): asserts found is Exclude<T, Fault>[] {
  const errors = found.flatMap((one, index) =>
    isFault(one) ? [{ pointer: `/attachments/${index}`, detail: one.fault }] : [],
  );
  if (errors.length > 0) throw new ProblemError('bodyInvalid', { errors });
}

async function judged(openid: string, { name, uploadId }: UploadedAttachment): Promise<Judged | Fault> {
  const tried = new Set<string>();
  const found = await foundInSecret('QUERY_SECRET', async ({ keys }) => {
    // The first key as a rule; another one only while the keys change.
    for (const key of keys.filter(({ kid }) => !tried.has(kid))) {
      tried.add(key.kid);
      const from = incoming(key, openid, uploadId);
      const object = await attachmentStore().look(from);
      if (object !== undefined) return { from, object };
    }
    return undefined;
  });
  if (found === undefined) {
    return { fault: 'nothing was uploaded under this number by this user, or more than a day ago' };
  }
  const { from, object } = found;
  const { bytes, version } = object;
  const detected = (await fileTypeFromBuffer(object.start))?.mime;
  const judgement = judge({ declared: object.type, detected, bytes });
  return 'fault' in judgement ? judgement : { name, from, type: judgement.type, bytes, version };
}

async function keep({ name, from, type, bytes, version }: Judged, key: string): Promise<KeptAttachment | Fault> {
  const moved = await attachmentStore().copy(from, key, { type, version });
  return moved ? { name, key, type, bytes } : { fault: 'it was uploaded anew in the meantime' };
}
