/** 附件名: the name that a download gets, which a stranger chose. */
import type { UploadType } from '#schemas/attachment.ts';

const EXTENSIONS: Readonly<Record<UploadType, readonly [string, ...string[]]>> = {
  'image/jpeg': ['jpg', 'jpeg'],
  'image/png': ['png'],
  'image/webp': ['webp'],
  'image/gif': ['gif'],
  'image/heic': ['heic', 'heif'],
  'application/pdf': ['pdf'],
  'video/mp4': ['mp4', 'm4v'],
};
/** Characters; the name stands in the address of a link, each of its bytes in up to five characters. */
const LONGEST = 60;
/** Separators of folders, what Windows refuses, and marks that turn the direction of writing (`fdp.exe` read backwards). */
const UNSAFE = /[\p{C}\p{Zl}\p{Zp}/\\:*?"<>|%]+/gu;

/** One that is safe to save under, and ends as its content demands: `账单.exe` that is a picture becomes `账单.exe.jpg`. */
export function fileName(name: string, type: UploadType): string {
  const [extension, ...others] = EXTENSIONS[type];
  const safe = name.replaceAll(UNSAFE, '_').replace(/^[\s.]+/, '');
  const written = [extension, ...others].find((end) => safe.toLowerCase().endsWith(`.${end}`));
  const stem = written === undefined ? safe : safe.slice(0, -written.length - 1);
  return `${[...stem].slice(0, LONGEST).join('').trim() || 'attachment'}.${written ?? extension}`;
}

/** RFC 6266: save, don't show. The plain name is for readers that know no other; the other is UTF-8 by RFC 8187. */
export function saveAs(name: string, type: UploadType): string {
  const encoded = encodeURIComponent(fileName(name, type)).replaceAll(
    /['()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="attachment.${EXTENSIONS[type][0]}"; filename*=UTF-8''${encoded}`;
}
