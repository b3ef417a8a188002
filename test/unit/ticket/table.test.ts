/**
 * Every command × state × whoever could give it. What the table allows succeeds; everything else is refused with a machine code
 * and changes nothing.
 */
import { describe, expect, test } from 'vitest';
import { roles } from '#domain/ticket/roles.ts';
import { giversOf, type Transition, transitions } from '#domain/ticket/transitions.ts';
import { commandReply } from '#functions/shared/command-reply.ts';
import { ProblemError } from '#functions/shared/problem.ts';
import type { Actor } from '#schemas/event.ts';
import { Status } from '#schemas/ticket.ts';
import { HELPER, other, owner, sceneFor } from '#test/support/every-command.ts';
import { citizen, operator, system, unit } from '#test/support/ticket-world.ts';

const rows: readonly Transition[] = transitions;
const actors: readonly (readonly [name: string, actor: Actor])[] = [
  ['system', system],
  ['citizen', citizen],
  ['the owner', owner],
  ['a unit that works along', unit(HELPER)],
  ['a stranger', unit('renshe')],
  ...roles.map((role) => [role, operator(role)] as const),
];
/** Allowed by the table and refused by the command's own rule, because no unit owns the ticket. */
const NEEDS_OWNER: ReadonlySet<string> = new Set(['supervise', 'openJointHandling']);

function mayGive(row: Transition, actor: Actor): boolean {
  if (!giversOf(row).includes(actor.kind)) return false;
  if (actor.kind === 'operator') return row.roles?.some((role) => role === actor.role) === true;
  if (actor.kind !== 'department') return true;
  return row.unit === 'assisting' ? actor.id === HELPER : actor.id === 'guanbuqiao';
}

const walked = { allowed: 0, refused: 0 };

describe.each(transitions.map(({ command }) => command))('%s', (command) => {
  const row = rows.find((each) => each.command === command);
  if (row === undefined) throw new RangeError(command);

  test.each(Status.options)('in %s', (status) => {
    for (const [name, actor] of actors) {
      const scene = sceneFor(command, status);
      const { story } = scene;
      const before = story.ticket;
      const given = actor.kind === 'operator' ? scene.asOperator : scene.command;
      const result = story.try(given, actor, command === 'merge' ? other() : undefined);
      const allowed = row.from.includes(status) && mayGive(row, actor);
      const what = `${name} in ${status}`;
      if (allowed && !(NEEDS_OWNER.has(command) && status === 'DISPATCHING')) {
        expect([what, result.ok ? 'ok' : result.rejection]).toEqual([what, 'ok']);
        if (story.is.status !== before?.status && before !== undefined) expect(row.to).toContain(story.is.status);
        walked.allowed += 1;
        continue;
      }
      expect([what, result.ok]).toEqual([what, false]);
      expect(story.ticket).toBe(before);
      if (result.ok) continue;
      expect(['roleForbids', 'stateForbids', 'notOwner', 'ruleForbids']).toContain(result.rejection.code);
      // Over HTTP: 409 with the code. A stranger doesn't come so far: at the door another unit's ticket doesn't exist.
      try {
        commandReply({ outcome: 'rejected', rejection: result.rejection });
        expect.unreachable();
      } catch (error) {
        if (!(error instanceof ProblemError)) throw error;
        const { status: http, code } = error.problem;
        expect([http, code]).toEqual([409, result.rejection.code]);
      }
      walked.refused += 1;
    }
  });
});

test('the walk saw both', () => {
  expect(walked.allowed).toBeGreaterThan(400);
  expect(walked.refused).toBeGreaterThan(5000);
});

test('a contractor decides no dispute and closes nothing', () => {
  const forbidden = [
    'approveReturn',
    'rejectReturn',
    'arbitrate',
    'designate',
    'close',
    'directClose',
    'refuse',
    'review',
  ];
  for (const name of forbidden) {
    const row = rows.find(({ command }) => command === name);
    expect([name, row?.roles?.includes('contractor')]).toEqual([name, false]);
  }
});
