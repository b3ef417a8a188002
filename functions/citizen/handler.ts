/** 群众端: how far is my request, and am I satisfied with the answer. */

import { canonicalHash } from '#functions/shared/canonical.ts';
import { changeTicket } from '#functions/shared/change.ts';
import { commandReply } from '#functions/shared/command-reply.ts';
import { api, readJson, requireJson } from '#functions/shared/http.ts';
import { ProblemError, parseBody } from '#functions/shared/problem.ts';
import { RatingRequest } from '#schemas/command.ts';
import { admit } from './admission.ts';
import { publicStatus } from './public-status.ts';

export const handler = api({
  'GET /tickets/{ticketNo}': async (request) => ({ status: 200, body: await publicStatus(await admit(request)) }),

  /** Answers the new public status. The same rating again answers the same; another one is refused: each round is rated once. */
  'POST /tickets/{ticketNo}/rating': async (request) => {
    requireJson(request);
    const receipt = await admit(request);
    const rating = parseBody(RatingRequest, readJson(request));
    const result = await changeTicket({
      ticketNo: receipt.ticketNo,
      command: { command: 'rate', ...rating },
      actor: { kind: 'citizen' },
      // Once a round: after a rework the citizen is asked again.
      cause: ({ ticketNo, round }) => ({
        key: `citizen#${ticketNo}#rate#${round}`,
        fingerprint: canonicalHash(rating),
      }),
    });
    if (result.outcome === 'unknownTicket') {
      throw new ProblemError('commandRejected', { code: 'stateForbids', detail: 'the request is not routed yet' });
    }
    const reply = commandReply(result);
    return { ...reply, body: await publicStatus(receipt) };
  },
});
