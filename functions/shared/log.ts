/**
 * The one logger. Log lines hold machine codes and identifiers only: the type of `Facts` leaves no room for a body, a name
 * or a phone number, and errors are logged by name and place, because messages of third parties may quote their input.
 */
import { Logger } from '@aws-lambda-powertools/logger';
import { correlation } from './correlation.ts';

const logger = new Logger();

/** What a log line may say. Extend it with identifiers and codes, never with anything that a citizen wrote. */
export interface Facts {
  ticketNo?: string;
  seq?: number;
  event?: string;
  owner?: string;
  channel?: string;
  department?: string;
  clock?: string;
  colour?: string;
  command?: string;
  code?: string;
  outcome?: string;
  status?: number;
  attempt?: number;
  milliseconds?: number;
  count?: number;
  generation?: number;
  grade?: string;
  at?: string;
  until?: string;
  rule?: string;
  notice?: string;
}

export const log = {
  info: (message: string, facts: Facts = {}) => logger.info(message, { ...correlation(), ...facts }),
  warn: (message: string, facts: Facts = {}) => logger.warn(message, { ...correlation(), ...facts }),
  error: (message: string, facts: Facts, error: unknown) =>
    logger.error(message, { ...correlation(), ...facts, ...describeError(error) }),
};

/** Name, code and our own stack frames; the message is left out (an SDK or parser error may quote what it was given). */
function describeError(error: unknown): { errorName: string; errorCode?: string; frames?: string[] } {
  if (!(error instanceof Error)) return { errorName: typeof error };
  const code = (error as { code?: unknown }).code;
  const frames = (error.stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 6)
    .map((line) => line.trim().replace(/\(?file:\/\/.*\/(?=[^/]+$)/, '('));
  return { errorName: error.name, ...(typeof code === 'string' ? { errorCode: code } : {}), frames };
}
