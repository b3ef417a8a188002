/** What a department's own server is sent (派单推送), for the `webhooks` of the published contract. Pure. */
import { CallbackType } from './event.ts';

const dispatched = {
  id: 'XA2026112300000018-u12-1',
  source: '/jieban/district',
  specversion: '1.0',
  type: 'cn.jieban.ticket.dispatched.v1',
  subject: 'XA2026112300000018',
  time: '2026-11-23T09:30:05.000+08:00',
  datacontenttype: 'application/json',
  dataschema: 'urn:jieban:schema:callback:v1',
  data: {
    eventId: 'XA2026112300000018-u12-1',
    ticketNo: 'XA2026112300000018',
    ticketVersion: 2,
    status: 'AWAIT_SIGN',
    sequence: 1,
    occurredAt: '2026-11-23T09:30:05.000+08:00',
    sender: 'hotline',
    receiver: 'u12',
    round: 1,
    deadlines: { sign: '2026-11-23T11:30:05.000+08:00' },
    kind: 'complaint',
    urgency: 'normal',
    channel: 'phone',
    category: { code: '01.1', name: '路灯照明' },
    coHandlers: [],
    handler: 'A',
    request: {
      title: '小区门口路灯不亮',
      content: '小区南门外三盏路灯连续一周不亮，晚上出行不便，希望尽快修复。',
      place: { text: '示例小区南门' },
      attachments: [],
    },
    appellant: { name: '张示例', phone: '+8613800000000' },
  },
};
export const callbackExamples = { dispatched };

const header = (name: string, description: string, example: string) => ({
  name,
  in: 'header',
  required: true,
  description,
  schema: { type: 'string' },
  example,
});

const answer = (description: string) => ({ description });

/** `body`: the schema of a callback, or a reference to it. */
export const callbackWebhooks = (body: object) => ({
  ticketCallback: {
    post: {
      operationId: 'receiveTicketCallback',
      tags: ['departments'],
      summary: 'A message to the department about one of its tickets (派单推送)',
      description:
        `CloudEvents 1.0 in structured mode; \`type\` is cn.jieban.ticket.<name>.v1 with ${CallbackType.options.join(', ')}. ` +
        'Sent at least once: the same `webhook-id` is the same message. Those of one ticket come in the order of ' +
        '`data.sequence`, each after the one before was taken. Answer within 10 seconds; redirects are not followed. ' +
        'The endpoint must be https with a valid certificate, at port 443 or from 1024 up, at public addresses only.',
      parameters: [
        header('webhook-id', 'Of the message, the same at each attempt.', dispatched.id),
        header(
          'webhook-timestamp',
          'Unix seconds of this attempt. Refuse it when it is more than 5 minutes away.',
          '1795397405',
        ),
        header(
          'webhook-signature',
          'Standard Webhooks 1.0.0: signatures with a blank between them, each `v1,` + base64(HMAC-SHA256(secret, ' +
            'id.timestamp.body)) over the bytes of the body. One that matches is enough: during a rotation there is one ' +
            'for each secret. A department that asked for 国密 also gets `v1sm3,` + base64(HMAC-SM3(…)) over the same. Pass ' +
            'over versions that you don’t know.',
          'v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=',
        ),
      ],
      requestBody: {
        required: true,
        content: { 'application/cloudevents+json': { schema: body, examples: { dispatched: { value: dispatched } } } },
      },
      responses: {
        '2XX': answer('Taken, or known already. Nothing else is a success.'),
        '401': answer('The signature is not accepted. Sent again as after any failure.'),
        '410': answer('Nothing will be taken here any more: the message becomes a dead letter at once.'),
        '429': answer('Too many: sent again later, not before what `retry-after` asks (six hours at most).'),
        '503': answer('Busy: as 429.'),
        default: answer('Failed: sent again after 5 s, 5 min, 30 min, 2, 5, 10, 14, 20 and 24 h, then a dead letter.'),
      },
    },
  },
});
