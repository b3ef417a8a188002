/** 留言轮询: the board that is asked, and how far it was read. */
import type { BoardPage } from '#schemas/board-page.ts';

/** How far the board was read. */
export interface Position {
  /** Hand to the board for what comes next; absent before the first page. */
  readonly after?: string;
  /** Cursors of pages on which a message could not be taken: they are read again until all of their messages are. */
  readonly holes: readonly string[];
  /** 0 before the first page; guards against a second run beside this one. */
  readonly revision: number;
}

export interface PositionStore {
  load(): Promise<Position>;
  /** False when another run was there first: it knows better. */
  save(position: Position): Promise<boolean>;
}

export interface BoardReader {
  /** What comes after the cursor, from the beginning without one. @throws BoardTrouble */
  page(after: string | undefined, limit: number): Promise<BoardPage>;
}

/** The board didn't answer, or not as agreed; `code` says how and holds nothing of what it sent. */
export class BoardTrouble extends Error {
  override readonly name = 'BoardTrouble';
  readonly code: string;

  /** Fewer messages at once may fit. */
  readonly tooLarge: boolean;

  constructor(code: string, tooLarge = false) {
    super('the board could not be read');
    this.code = code;
    this.tooLarge = tooLarge;
  }
}
