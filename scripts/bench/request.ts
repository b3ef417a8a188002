/** The request that benches write, over and over: nobody's, about what every hotline hears daily. */
import type { IntakeRequest } from '#schemas/intake.ts';

export const requestFor = (ticketNo: string, receivedAt: string): IntakeRequest => ({
  schema: 1,
  channel: 'phone',
  ticketNo,
  channelRef: `bench-${ticketNo}`,
  receivedAt,
  callerToken: 'bench',
  queryKeyId: 'k1',
  kind: 'complaint',
  title: '小区物业乱收费',
  content: '温泉街道一处小区的物业不公示就涨停车费,业主都有意见,请有关部门管一管。',
  place: { townCode: '421202001000' },
  anonymous: false,
  confidential: false,
  enterprise: false,
  danger: false,
});
