/** 派单: takes the intake queue's messages: a request gets its owner, an addition goes to the ticket that it belongs to. */
import { refreshDistrict } from '#functions/adapters/catalogue-overlay.ts';
import { consumer } from '#functions/shared/batch.ts';
import { IntakeMessage } from '#schemas/intake.ts';
import { add } from './addition.ts';
import { register } from './register.ts';

export const handler = consumer(IntakeMessage, async (message) => {
  await refreshDistrict();
  await ('addition' in message ? add(message) : register(message));
});
