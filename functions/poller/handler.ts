/** 留言轮询, scheduled every five minutes: fetches the messages of a board that cannot push. Off unless the secret has `poll`. */
import { boardReader } from '#functions/adapters/board-messages.ts';
import { positionStore } from '#functions/adapters/poll-store.ts';
import { secret } from '#functions/adapters/secrets.ts';
import { boardSubmission } from '#functions/shared/board/message-text.ts';
import { traced } from '#functions/shared/correlation.ts';
import { intake } from '#functions/shared/intake.ts';
import { log } from '#functions/shared/log.ts';
import { publish } from '#functions/shared/metrics.ts';
import { ProblemError } from '#functions/shared/problem.ts';
import { requestOf } from './message.ts';
import { poll, type Taken } from './poll.ts';

/** Real time; the function has 60 s, and what is under way then still ends. */
const RUN_MS = 35_000;

export const handler = traced<unknown, void>(async () => {
  const { poll: board, outbound } = await secret('WEBSITE_SECRET');
  if (board === undefined) return;
  const end = Date.now() + RUN_MS;
  const { taken, stuck, troubles } = await poll({
    board: boardReader(board.baseUrl, board.keys ?? outbound.keys),
    position: positionStore(board.after),
    take,
    late: () => Date.now() > end,
  });
  if (taken > 0) log.info('board messages taken', { channel: 'website', count: taken });
  for (const code of troubles) log.warn('board not read', { channel: 'website', code });
  publish({ boardMessagesStuck: stuck, boardPollFailures: troubles.length > 0 ? 1 : 0 });
});

async function take(message: unknown, place: number): Promise<Taken> {
  const facts = { channel: 'website', count: place };
  const normalised = requestOf(message);
  if ('fault' in normalised) {
    log.error('board message not taken', { ...facts, code: normalised.fault }, undefined);
    return 'stuck';
  }
  try {
    const { status } = await intake(boardSubmission(normalised.request));
    return status === 202 ? 'new' : 'known';
  } catch (error) {
    // It came before: pushed under another number, or edited on the board since.
    if (error instanceof ProblemError && error.problem.code === 'referenceConflict') return 'known';
    log.error('board message not taken', { ...facts, code: 'intakeFailed' }, error);
    return 'stuck';
  }
}
