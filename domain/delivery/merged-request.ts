/**
 * 并单的诉求: what a unit reads of a request that its ticket answers for, too. Its own discretion holds, and that of the ticket
 * that it was merged into: who repeats a confidential request is often the same citizen.
 */
import type { CallbackData } from '#schemas/callback.ts';
import type { CallerRecord } from '#schemas/intake.ts';
import type { Ticket } from '#schemas/ticket.ts';
import type { Names } from './callback.ts';
import { type Identity, identityOf, withoutPerson } from './discretion.ts';
import { type Addition, additionOf, isDiscreet, type ReadableRequest, requestOf } from './words.ts';

type MergedRequest = NonNullable<CallbackData['mergedRequests']>[number];

export interface MergedSource {
  /** As it was when it was merged, and as `hushed` made it. */
  readonly ticket: Ticket;
  /** Absent when it was erased (清除) in the meantime. */
  readonly request?: ReadableRequest | undefined;
  /** 补充 up to then, oldest first. */
  readonly additions: readonly Addition[];
  /** To be hidden. */
  readonly caller?: CallerRecord | undefined;
}

/** The merged ticket, confidential if the main one's unit must not learn who asked. */
export const hushed = (ticket: Ticket, main: Ticket): Ticket =>
  isDiscreet(main) ? { ...ticket, flags: { ...ticket.flags, confidential: true } } : ticket;

/** `main`: the ticket that answers for it, and who asked that one. */
export function mergedRequestOf(
  { ticket, request, additions, caller }: MergedSource,
  main: { readonly ticket: Ticket; readonly caller?: CallerRecord | undefined },
  names: Names,
): MergedRequest {
  const shown = {
    ticketNo: ticket.ticketNo,
    ...(request === undefined ? {} : { request: requestOf(request, { ticket, caller }, names) }),
    additions: additions.map((addition) => additionOf(addition, ticket, caller)),
  };
  return isDiscreet(main.ticket) ? without(shown, identityOf(main.caller)) : shown;
}

function without({ request, additions, ...rest }: MergedRequest, who: Identity): MergedRequest {
  const hide = (words: string) => withoutPerson(words, who);
  const renamed = <T extends { readonly name: string }>(files: readonly T[]): T[] =>
    files.map((file) => ({ ...file, name: hide(file.name) }));
  return {
    ...rest,
    ...(request === undefined
      ? {}
      : {
          request: {
            ...request,
            title: hide(request.title),
            content: hide(request.content),
            place: { ...request.place, ...(request.place.text && { text: hide(request.place.text) }) },
            attachments: renamed(request.attachments),
          },
        }),
    additions: additions.map((one) => ({ ...one, text: hide(one.text), attachments: renamed(one.attachments) })),
  };
}
