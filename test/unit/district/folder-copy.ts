/** A copy of the real district folder to plant mistakes in, and what the reader then finds. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'csv-parse/sync';
import { compileFolder, DistrictFolderError, type Mistake } from '#infra/district-folder.ts';

export const PROJECT = fileURLToPath(new URL('../../..', import.meta.url));

export type Cells = Record<string, string>;

export class FolderCopy {
  readonly root = mkdtempSync(join(tmpdir(), 'folder-'));
  /** Of the folder itself. */
  readonly path = join(this.root, 'xianan');

  constructor() {
    cpSync(join(PROJECT, 'districts/xianan'), this.path, { recursive: true });
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }

  file(name: string): string {
    return join(this.path, name);
  }

  text(name: string): string {
    return readFileSync(this.file(name), 'utf8');
  }

  write(name: string, content: string | Uint8Array): void {
    writeFileSync(this.file(name), content);
  }

  rows(name: string): Cells[] {
    return parse(this.text(name), { bom: true, columns: true });
  }

  writeRows(name: string, rows: readonly Cells[]): void {
    const columns = Object.keys(rows[0] ?? {});
    const lines = rows.map((row) => columns.map((column) => `"${row[column]?.replaceAll('"', '""')}"`).join(','));
    this.write(name, `${[columns.join(','), ...lines].join('\n')}\n`);
  }

  /** Changes the first row that fits; answers its row as a spreadsheet counts. */
  change(name: string, fits: (row: Cells) => boolean, changes: Cells): number {
    const rows = this.rows(name);
    const at = rows.findIndex(fits);
    if (at < 0) throw new Error(`no row of ${name} fits`);
    this.writeRows(name, rows.with(at, { ...rows[at], ...changes }));
    return at + 2;
  }

  /** Answers the row that was added. */
  add(name: string, row: Cells): number {
    const rows = [...this.rows(name), row];
    this.writeRows(name, rows);
    return rows.length + 1;
  }

  // biome-ignore lint/suspicious/noExplicitAny: a test plants what the schema forbids
  json(name: string, change: (data: any) => void): void {
    const data: unknown = JSON.parse(this.text(name));
    change(data);
    this.write(name, JSON.stringify(data));
  }

  mistakes(): readonly Mistake[] {
    try {
      compileFolder(this.path);
    } catch (error) {
      if (error instanceof DistrictFolderError) return error.mistakes;
      throw error;
    }
    return [];
  }
}
