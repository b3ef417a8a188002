/** Drives doors over loopback HTTP: closed loops, so many connections, each sends its next message when its last is answered. */
import { once } from 'node:events';
import { Agent, type IncomingMessage, request as open } from 'node:http';
import { text } from 'node:stream/consumers';

export interface Message {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}
export interface Answer {
  readonly status: number;
  readonly body: string;
}
export interface Door {
  readonly channel: string;
  message(): Message;
  accepts(answer: Answer): boolean;
}
export interface Drive {
  /** Answers per second, the wrong ones left out. */
  readonly rate: number;
  readonly errors: number;
  /** Milliseconds from the first byte sent to the last one read, sorted. */
  readonly times: readonly number[];
}

export const batch = (door: Door, count: number): Message[] => Array.from({ length: count }, () => door.message());

/**
 * Each connection sends its next message when its last one is answered; after `begunWithin` (ms) it sends no more.
 * @param heard is told each answer and when its request was sent (`performance.now()`)
 */
export async function drive(
  url: string,
  door: Pick<Door, 'accepts'>,
  messages: readonly Message[],
  connections: number,
  signal: AbortSignal,
  begunWithin = Number.POSITIVE_INFINITY,
  heard: (answer: Answer, sent: number) => void = () => {},
): Promise<Drive> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const times: number[] = [];
  let errors = 0;
  let next = 0;
  const start = performance.now();
  try {
    await Promise.all(
      Array.from({ length: connections }, async () => {
        for (let message = messages[next++]; message !== undefined; message = messages[next++]) {
          const sent = performance.now();
          if (sent - start > begunWithin) return;
          const answer = await post(agent, `${url}${message.path}`, message, signal);
          times.push(performance.now() - sent);
          heard(answer, sent);
          if (!door.accepts(answer)) errors += 1;
        }
      }),
    );
    const seconds = (performance.now() - start) / 1000;
    return { rate: (times.length - errors) / seconds, errors, times: times.sort((a, b) => a - b) };
  } finally {
    agent.destroy();
  }
}

async function post(agent: Agent, url: string, { headers, body }: Message, signal: AbortSignal): Promise<Answer> {
  const outgoing = open(url, { method: 'POST', agent, signal, headers: { ...headers, 'content-length': body.length } });
  // `once` hears of an error before the answer; one after it reaches the reader of the body.
  outgoing.on('error', () => {});
  outgoing.end(body);
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
  return { status: incoming.statusCode ?? 0, body: await text(incoming) };
}

/** Nearest rank, in tenths of a millisecond. */
export function percentile(sorted: readonly number[], percent: number): number {
  const time = sorted[Math.ceil((sorted.length * percent) / 100) - 1] ?? 0;
  return Math.round(time * 10) / 10;
}
