/** 纠正: what persons changed of the router's decisions, with the request's words, masked: what a classifier learns from. */
import { discreetCopy } from '#domain/delivery/discretion.ts';
import { mayReadCorrections } from '#domain/ticket/roles.ts';
import { ticketStore } from '#functions/adapters/dynamo-ticket-store.ts';
import type { Routes } from '#functions/shared/http.ts';
import { authenticateOperator } from '#functions/shared/operator.ts';
import { CorrectionQuery, pageOf, wrongCursor } from '#functions/shared/paging.ts';
import { ProblemError, parseBody } from '#functions/shared/problem.ts';
import type { Correction, CorrectionEntry, CorrectionPage } from '#schemas/catalogue.ts';

export const correctionRoutes: Routes = {
  async 'GET /hotline/corrections'(request) {
    const { role } = await authenticateOperator(request.headers);
    if (!mayReadCorrections(role)) throw new ProblemError('roleForbidden');
    const { cursor } = parseBody(CorrectionQuery, request.query);
    const page = await ticketStore().listCorrections(pageOf(cursor)).catch(wrongCursor);
    const body: CorrectionPage = {
      corrections: await Promise.all(page.items.map(withWords)),
      ...(page.cursor === undefined ? {} : { cursor: page.cursor }),
    };
    return { status: 200, body };
  },
};

/** As discreet as what a department reads of a confidential request, whose own copy is better still. Who called is not read. */
async function withWords({ textKey, ...correction }: Correction): Promise<CorrectionEntry> {
  const text = await ticketStore().text(correction.ticketNo, textKey);
  if (text?.kind !== 'request') return correction;
  const { title, content } = discreetCopy({ ...(text.masked ?? text), attachmentNames: [] });
  return { ...correction, title, content };
}
