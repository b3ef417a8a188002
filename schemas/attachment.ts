/**
 * 附件: what may be uploaded (the limits stand here and nowhere else), and the shapes that an attachment has on its way: as a
 * channel names it, and as the ticket keeps it.
 */
import * as z from 'zod';
import { PlainText } from './common.ts';

const MIB = 1024 * 1024;

/**
 * Types that may be uploaded. A file counts as what its first bytes say; within one family they may say something else than
 * was declared (phones call every picture a JPEG). No type here can carry a script that a browser would run.
 */
export const UPLOAD_TYPES = {
  'image/jpeg': { family: 'image', maxBytes: 10 * MIB },
  'image/png': { family: 'image', maxBytes: 10 * MIB },
  'image/webp': { family: 'image', maxBytes: 10 * MIB },
  'image/gif': { family: 'image', maxBytes: 10 * MIB },
  'image/heic': { family: 'image', maxBytes: 10 * MIB },
  'application/pdf': { family: 'document', maxBytes: 10 * MIB },
  'video/mp4': { family: 'video', maxBytes: 50 * MIB },
} as const satisfies Record<string, { family: 'image' | 'document' | 'video'; maxBytes: number }>;
export const UploadType = z.enum(Object.keys(UPLOAD_TYPES) as [keyof typeof UPLOAD_TYPES]);
export type UploadType = z.infer<typeof UploadType>;

/** How many a request may have. */
export const MAX_ATTACHMENTS = 9;

/** `POST /channels/wechat/attachments` */
export const UploadRequest = z
  .strictObject({ contentType: UploadType, bytes: z.int().min(1) })
  .refine(({ contentType, bytes }) => bytes <= UPLOAD_TYPES[contentType].maxBytes, {
    path: ['bytes'],
    error: 'larger than this type may be: images and PDF 10 MiB, video 50 MiB',
  });
export type UploadRequest = z.infer<typeof UploadRequest>;

/** Where and how to upload one file: a form POST of `fields`, then the file in the field `file`, the last one. */
export const UploadPermit = z.strictObject({
  uploadId: z.uuid(),
  url: z.url(),
  fields: z.record(z.string(), z.string()),
  expiresInSeconds: z.int(),
});
export type UploadPermit = z.infer<typeof UploadPermit>;

/** An attachment that stays where it is. */
export const Attachment = z.strictObject({
  name: PlainText(120),
  url: z.url({ protocol: /^https$/ }).max(1000),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  bytes: z.int().min(1).max(50_000_000).optional(),
});
export type Attachment = z.infer<typeof Attachment>;

/** An attachment that was uploaded to us with a permit. */
export const UploadedAttachment = z.strictObject({ name: PlainText(120), uploadId: z.uuid() });
export type UploadedAttachment = z.infer<typeof UploadedAttachment>;

/** A link, as the ticket keeps it and as a department reads it. */
export const LinkedAttachment = z.strictObject({
  name: z.string(),
  url: z.string(),
  sha256: z.string().optional(),
  bytes: z.int().optional(),
});
export type LinkedAttachment = z.infer<typeof LinkedAttachment>;

/** A file of ours. The key and never an address: addresses are made when somebody reads, and expire. */
export const StoredAttachment = z.strictObject({
  name: z.string(),
  /** Key of the object in the attachments' bucket. */
  key: z.string(),
  type: UploadType,
  bytes: z.int().min(1),
});
export type StoredAttachment = z.infer<typeof StoredAttachment>;

/** 附件, as the ticket keeps it. */
export const KeptAttachment = z.union([LinkedAttachment, StoredAttachment]);
export type KeptAttachment = z.infer<typeof KeptAttachment>;
