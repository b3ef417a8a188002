/** The published description of callbacks says what is really sent. */
import { Validator } from '@seriousme/openapi-schema-validator';
import { expect, test } from 'vitest';
import { webhookId } from '#domain/delivery/delivery.ts';
import { RETRY_SCHEDULE } from '#domain/delivery/retry.ts';
import { sign } from '#functions/shared/signing.ts';
import { CallbackEvent } from '#schemas/callback.ts';
import { CallbackType } from '#schemas/event.ts';
import { openApi } from '#schemas/openapi.ts';
import { callbackExamples } from '#schemas/openapi-callbacks.ts';

const text = JSON.stringify(openApi().webhooks);

test('examples are callbacks, under the number that they would have', () => {
  for (const example of Object.values(callbackExamples)) {
    const event = CallbackEvent.parse(example);
    const { ticketNo, receiver: unit, sequence: n } = event.data;
    expect([event.id, event.data.eventId]).toEqual(Array(2).fill(webhookId({ ticketNo, unit, n })));
  }
});

test('names every header, every type and every wait', () => {
  const headers = sign([`whsec_${Buffer.alloc(32).toString('base64')}`], 'id', Buffer.alloc(0), 0);
  for (const name of Object.keys(headers)) expect(text).toContain(`"name":"${name}"`);
  for (const type of CallbackType.options) expect(text).toContain(type);
  const hours = RETRY_SCHEDULE.filter((wait) => wait >= 7_200_000).map((wait) => wait / 3_600_000);
  expect(text).toContain(`2, ${hours.slice(1, -1).join(', ')} and ${hours.at(-1)} h`);
});

test('is part of a valid document', async () => {
  const { valid, errors } = await new Validator().validate(JSON.parse(JSON.stringify(openApi())));
  expect(errors ?? []).toEqual([]);
  expect(valid).toBe(true);
  expect(text).toContain('"$ref":"#/components/schemas/CallbackEvent"');
});
