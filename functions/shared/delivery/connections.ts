/**
 * Kept connections to departments, one pool per unit. Sockets are pooled by the address that they are connected to, and an
 * attempt asks for a vetted address: a connection to any other is never used again, and closed.
 */
import { Agent as PlainAgent } from 'node:http';
import { Agent } from 'node:https';
import type { Socket } from 'node:net';
import type { Vetted } from './vet-endpoint.ts';

export interface Terms {
  /** CIDRs that the unit's allow-list names. */
  readonly allow: readonly string[];
  /** Certificates that sign the unit's, in PEM; without them the usual authorities. */
  readonly ca?: string | undefined;
}

interface Pool {
  readonly terms: string;
  readonly agent: Agent | PlainAgent;
  /** Real time, epoch ms. */
  usedAt: number;
}

/**
 * Shorter than any server's own patience, which begins at 5 s: it must be we who close. A frozen container's timers stand
 * still, so the wall clock is asked as well.
 */
const IDLE_MS = 4000;
/** Of one unit, between two attempts. */
const MAX_IDLE = 2;

export class Connections {
  readonly #pools = new Map<string, Pool>();

  /** The pool to send through; idle connections that today's vetting doesn't cover are closed. */
  agent(unit: string, { url, addresses }: Vetted, { allow, ca }: Terms): Agent | PlainAgent {
    const terms = JSON.stringify([url.origin, allow, ca]);
    let pool = this.#pools.get(unit);
    if (pool?.terms !== terms) {
      this.close(unit);
      pool = { terms, agent: open(url, ca), usedAt: Date.now() };
      this.#pools.set(unit, pool);
    }
    const stale = Math.abs(Date.now() - pool.usedAt) > IDLE_MS;
    for (const socket of idle(pool)) {
      if (stale || !addresses.includes(socket.remoteAddress ?? '')) socket.destroy();
    }
    pool.usedAt = Date.now();
    return pool.agent;
  }

  /** Lets go of everything kept for a unit; an attempt under way is not disturbed. */
  close(unit: string): void {
    const pool = this.#pools.get(unit);
    if (pool === undefined) return;
    this.#pools.delete(unit);
    for (const socket of idle(pool)) socket.destroy();
    // What is in use now is not kept afterwards.
    pool.agent.maxFreeSockets = 0;
  }
}

function open({ protocol }: URL, ca: string | undefined): Agent | PlainAgent {
  const kept = { keepAlive: true, maxFreeSockets: MAX_IDLE, timeout: IDLE_MS };
  if (protocol === 'http:') return new PlainAgent(kept);
  // No resumption of sessions: a resumed one is not asked for its certificate again.
  return new Agent({ ...kept, maxCachedSessions: 0, minVersion: 'TLSv1.2', ...(ca === undefined ? {} : { ca }) });
}

const idle = ({ agent }: Pool): Socket[] => Object.values(agent.freeSockets).flatMap((sockets) => sockets ?? []);
