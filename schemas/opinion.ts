/** 第二意见: what `POST /hotline/tickets/{ticketNo}/opinion` answers. */
import * as z from 'zod';
import { TicketNo } from './common.ts';
import { OpinionCandidate } from './routing.ts';

export const Opinion = z.strictObject({
  ticketNo: TicketNo,
  model: z.string(),
  /** Most probable first; empty when the model named no row of the catalogue. */
  candidates: z.array(OpinionCandidate),
});
export type Opinion = z.infer<typeof Opinion>;
