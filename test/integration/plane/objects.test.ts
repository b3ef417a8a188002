/** S3 on the local plane: what is not told by the emulator's own tests, and what the runner leans on. */
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { createPresignedPost } from '@aws-sdk/s3-presigned-post';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { expect, test } from 'vitest';
import type { Plane } from '#infra/local/plane/index.ts';
import { afterThisTest, credentials, planeIn, temporaryFolder } from './support.ts';

const Bucket = 'files';
function clientOf(plane: Plane): S3Client {
  const client = new S3Client({ endpoint: plane.endpoints.s3, region: plane.region, credentials });
  afterThisTest(() => client.destroy());
  return client;
}

test('objects are there after a restart, and the bucket may be asked for again', async () => {
  const dataDir = temporaryFolder();
  const first = await planeIn(dataDir);
  await first.ensureBucket(Bucket);
  const bytes = Buffer.alloc(300_000, 7);
  await clientOf(first).send(new PutObjectCommand({ Bucket, Key: 'kept/a/0', Body: bytes, ContentType: 'image/png' }));
  await first.stop();

  const second = await planeIn(dataDir);
  await second.ensureBucket(Bucket);
  const answer = await clientOf(second).send(new GetObjectCommand({ Bucket, Key: 'kept/a/0' }));
  expect(answer.ContentType).toBe('image/png');
  expect(Buffer.from((await answer.Body?.transformToByteArray()) ?? []).equals(bytes)).toBe(true);
});

test('whoever holds a signed form or a signed address needs nothing else, on this machine alone', async () => {
  const plane = await planeIn(temporaryFolder());
  await plane.ensureBucket(Bucket);
  const s3 = clientOf(plane);
  const { url, fields } = await createPresignedPost(s3, { Bucket, Key: 'incoming/1' });
  expect(new URL(url).hostname).toBe('127.0.0.1');
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append('file', new Blob([new Uint8Array(10 * 1024 * 1024)]));
  expect((await fetch(url, { method: 'POST', body: form })).status).toBe(204);
  const address = await getSignedUrl(s3, new GetObjectCommand({ Bucket, Key: 'incoming/1' }));
  expect((await (await fetch(address)).arrayBuffer()).byteLength).toBe(10 * 1024 * 1024);
});
