/** 附件存储: what the functions need of the bucket. `incoming/` is where a citizen's client may write, `kept/` where we do. */
import type { UploadPermit, UploadType } from '#schemas/attachment.ts';

/** What lies under a key. */
export interface StoredObject {
  readonly bytes: number;
  /** Content type that it was uploaded as. */
  readonly type: string | undefined;
  /** Enough of its beginning to tell what it is. */
  readonly start: Uint8Array;
  /** Changes with the content. */
  readonly version: string;
}

export interface AttachmentStore {
  /** Lets whoever holds the answer write one object of this type and at most so many bytes. No network call. */
  permit(
    key: string,
    file: { readonly type: UploadType; readonly maxBytes: number },
    seconds: number,
  ): Promise<Pick<UploadPermit, 'url' | 'fields'>>;
  /** undefined: nothing lies there, or nothing but an empty object. */
  look(key: string): Promise<StoredObject | undefined>;
  /** False when what lies at `from` is no longer the version that was looked at. */
  copy(from: string, to: string, file: { readonly type: UploadType; readonly version: string }): Promise<boolean>;
  /** An address under which anybody may fetch the object until it expires. No network call. */
  link(key: string, file: { readonly name: string; readonly type: UploadType }): Promise<string>;
}
