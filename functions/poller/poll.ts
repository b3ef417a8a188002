/**
 * 留言轮询: one run. Pages are read in the board's order, and the cursor moves past a page only when its messages are durable.
 *
 * A message that can't be taken stops nobody: the cursor moves on, and the page stays noted as a **hole** that every run reads
 * again, until the board has corrected the message or we have learned to read it. While there is a hole an alarm rings. With
 * too many of them the cursor stands still: then it isn't the messages that are wrong. A hole holds a cursor and no words,
 * because what people wrote belongs into a receipt or nowhere.
 *
 * A page may be read any number of times: the receipt's key and the message's own row make a request of a message once.
 */
import { type BoardReader, BoardTrouble, type Position, type PositionStore } from '#functions/ports/board-poll.ts';
import { type BoardPage, PAGE_LIMIT } from '#schemas/board-page.ts';

export type Taken = 'new' | 'known' | 'stuck';

export interface PollPorts {
  readonly board: BoardReader;
  readonly position: PositionStore;
  /** Makes one message durable; never throws. `place` counts from 1 in its page. */
  take(message: unknown, place: number): Promise<Taken>;
  /** True when the run should end soon. */
  late(): boolean;
}

export interface PollResult {
  readonly taken: number;
  /** Messages that could not be taken, and holes that this run had no time for. */
  readonly stuck: number;
  /** Codes of what was wrong with the board. */
  readonly troubles: readonly string[];
}

/** 1,000 messages a run; the next one comes five minutes later. */
const MAX_PAGES = 20;
const MAX_HOLES = 20;
/** Messages taken at once. */
const PARALLEL = 10;
/** A page too large for us is asked for again in smaller pieces. */
const LIMITS = [PAGE_LIMIT, 5, 1] as const;
/** In a list of holes: the page at the board's very beginning. */
const BEGINNING = '';

export async function poll(ports: PollPorts): Promise<PollResult> {
  const run = { taken: 0, stuck: 0, troubles: [] as string[] };
  const start = await ports.position.load();
  // New messages first: one may speak of danger.
  const ended = await readOn(ports, start, run);
  if (ended !== undefined) await readHoles(ports, ended, start.holes, run);
  return run;
}

type Run = { taken: number; stuck: number; troubles: string[] };

/** Where it ended; undefined when another run is at work. */
async function readOn(ports: PollPorts, start: Position, run: Run): Promise<Position | undefined> {
  let position = start;
  for (let pages = 0; pages < MAX_PAGES && !ports.late(); pages++) {
    const { after } = position;
    const read = await readPage(ports, after, run);
    if (read === undefined) return position;
    const { page, limit, stuck } = read;
    // Some boards write their end as an empty text; as a cursor it would begin at the oldest message again.
    const next = page.next || undefined;
    if (next === undefined || next === after) {
      // There must be more behind a full page, and without a cursor nobody gets there.
      if (page.messages.length >= limit) run.troubles.push('board:noNext');
      return position;
    }
    const holes = stuck === 0 ? position.holes : [...new Set([...position.holes, after ?? BEGINNING])];
    if (holes.length > MAX_HOLES) return position;
    const moved = await advance(ports, { ...position, after: next, holes });
    if (moved === undefined) return undefined;
    position = moved;
    // Not one of a page: rather we are ill than all of them.
    if (stuck > 0 && stuck === page.messages.length) return position;
  }
  return position;
}

async function readHoles(ports: PollPorts, from: Position, holes: readonly string[], run: Run): Promise<void> {
  let position = from;
  for (const hole of holes) {
    const read = ports.late() ? undefined : await readPage(ports, hole === BEGINNING ? undefined : hole, run);
    if (read === undefined) run.stuck += 1;
    if (read === undefined || read.stuck > 0) continue;
    const moved = await advance(ports, { ...position, holes: position.holes.filter((other) => other !== hole) });
    if (moved === undefined) return;
    position = moved;
  }
}

async function advance({ position }: PollPorts, to: Position): Promise<Position | undefined> {
  return (await position.save(to)) ? { ...to, revision: to.revision + 1 } : undefined;
}

/** Reads a page and takes its messages; undefined when the board is in trouble. */
async function readPage(
  ports: PollPorts,
  after: string | undefined,
  run: Run,
): Promise<{ page: BoardPage; limit: number; stuck: number } | undefined> {
  for (const limit of LIMITS) {
    let page: BoardPage;
    try {
      page = await ports.board.page(after, limit);
    } catch (error) {
      if (!(error instanceof BoardTrouble)) throw error;
      if (error.tooLarge && limit !== 1) continue;
      run.troubles.push(error.code);
      return undefined;
    }
    const { taken, stuck } = await takeAll(ports, page.messages);
    run.taken += taken;
    run.stuck += stuck;
    return { page, limit, stuck };
  }
  return undefined;
}

async function takeAll({ take }: PollPorts, messages: readonly unknown[]): Promise<{ taken: number; stuck: number }> {
  const outcomes: Taken[] = [];
  for (let first = 0; first < messages.length; first += PARALLEL) {
    const some = messages.slice(first, first + PARALLEL);
    outcomes.push(...(await Promise.all(some.map((message, i) => take(message, first + i + 1)))));
  }
  const count = (what: Taken) => outcomes.filter((outcome) => outcome === what).length;
  return { taken: count('new'), stuck: count('stuck') };
}
