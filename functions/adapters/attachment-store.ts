/** Attachments in S3: uploads by a signed form, downloads by a signed address; no byte of a file passes through a function. */
import { CopyObjectCommand, GetObjectCommand } from '@aws-sdk/client-s3';
import { createPresignedPost } from '@aws-sdk/s3-presigned-post';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { saveAs } from '#domain/attachment/file-name.ts';
import type { AttachmentStore } from '#functions/ports/attachment-store.ts';
import { env, s3 } from './aws.ts';

/** How much of a file its type is told by: the sample size of the library that tells it. */
const START_BYTES = 4100;
/** S3's longest (s). A link also dies with the credentials that signed it, which a function gets anew within hours. */
const LINK_SECONDS = 7 * 24 * 3600;

const bucket = (): string => env('ATTACHMENTS_BUCKET');

export const attachmentStore = (): AttachmentStore => ({
  permit: (key, { type, maxBytes }, seconds) =>
    createPresignedPost(s3(), {
      Bucket: bucket(),
      Key: key,
      Expires: seconds,
      // Each field is a condition too. How it is encrypted is the bucket's default, so no field says it.
      Fields: { 'Content-Type': type },
      Conditions: [['content-length-range', 1, maxBytes]],
    }),

  async look(key) {
    try {
      const answer = await s3().send(
        new GetObjectCommand({ Bucket: bucket(), Key: key, Range: `bytes=0-${START_BYTES - 1}` }),
      );
      if (answer.Body === undefined || answer.ETag === undefined) throw new TypeError('S3 answered without an object');
      return {
        bytes: Number(answer.ContentRange?.split('/').at(-1)),
        type: answer.ContentType,
        start: await answer.Body.transformToByteArray(),
        version: answer.ETag,
      };
    } catch (error) {
      // An empty object has no range.
      if (isNamed(error, 'NoSuchKey', 'InvalidRange')) return undefined;
      throw error;
    }
  },

  async copy(from, to, { type, version }) {
    try {
      await s3().send(
        new CopyObjectCommand({
          Bucket: bucket(),
          Key: to,
          CopySource: `${bucket()}/${from}`,
          CopySourceIfMatch: version,
          // What we found it to be, not what the uploader said.
          MetadataDirective: 'REPLACE',
          ContentType: type,
          ContentDisposition: 'attachment',
        }),
      );
      return true;
    } catch (error) {
      if (isNamed(error, 'PreconditionFailed', 'NoSuchKey')) return false;
      throw error;
    }
  },

  link: (key, { name, type }) =>
    getSignedUrl(
      s3(),
      new GetObjectCommand({
        Bucket: bucket(),
        Key: key,
        ResponseContentType: type,
        ResponseContentDisposition: saveAs(name, type),
      }),
      { expiresIn: LINK_SECONDS },
    ),
});

const isNamed = (error: unknown, ...names: string[]): boolean => error instanceof Error && names.includes(error.name);
