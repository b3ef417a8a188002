/** How far each stream reader came, on disk: one small file per mapping, replaced atomically. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomically } from '../plane/files.ts';

export interface Checkpoint {
  /** Sequence number of the last record that is done with; `undefined` for a stream never read. */
  read(): string | undefined;
  write(sequenceNumber: string): void;
}

/** A checkpoint belongs to one stream: a table that was made anew has a new one, which is read from its beginning. */
export function openCheckpoint(folder: string, reader: string, streamArn: string): Checkpoint {
  const file = join(folder, `${reader.replace(/[^A-Za-z0-9_-]/g, '-')}.json`);
  return {
    read() {
      try {
        const saved = JSON.parse(readFileSync(file, 'utf8')) as { streamArn?: string; sequenceNumber?: string };
        return saved.streamArn === streamArn ? saved.sequenceNumber : undefined;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw error;
      }
    },
    write(sequenceNumber) {
      writeFileAtomically(file, JSON.stringify({ streamArn, sequenceNumber }));
    },
  };
}
