/** What a push says: XML and JSON alike, 64-bit numbers to the last digit, and nothing of XML's dangerous half. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PushParseError, readEnvelope, readPush, readTree } from '#functions/wechat/push/parse.ts';
import { readXml, XmlError } from '#functions/wechat/push/xml.ts';
import { wechatEvents } from '#schemas/wechat-push.ts';
import { vector } from './vectors.ts';

const head = { FromUserName: 'o-citizen-1', CreateTime: '1763861400' };
const json = (fields: object) =>
  JSON.stringify({ ToUserName: 'gh_1', FromUserName: 'o-citizen-1', CreateTime: 1763861400, ...fields });
const xml = (inner: string) =>
  `<xml><ToUserName><![CDATA[gh_1]]></ToUserName><FromUserName><![CDATA[o-citizen-1]]></FromUserName><CreateTime>1763861400</CreateTime>${inner}</xml>`;

describe('messages', () => {
  test('the same text message as XML and as JSON', () => {
    const asXml = xml(
      '<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[路灯 <坏> & 了]]></Content><MsgId>9223372036854775807</MsgId>',
    );
    const asJson = json({ MsgType: 'text', Content: '路灯 <坏> & 了' }).replace(/}$/, ',"MsgId":9223372036854775807}');
    const expected = { kind: 'text', openid: 'o-citizen-1', msgId: '9223372036854775807', content: '路灯 <坏> & 了' };
    expect(readPush(asXml)).toEqual(expected);
    expect(readPush(asJson)).toEqual(expected);
  });

  test('a MsgId never loses digits, as a number or as a string', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.boolean(), (id, quoted) => {
        const text = `{"MsgId": ${quoted ? `"${id}"` : id}, "MsgType":"text","Content":"x","FromUserName":"o1","CreateTime":"1"}`;
        expect(readPush(text)).toMatchObject({ msgId: String(id) });
      }),
    );
  });

  test.each(['1e3', '1.5', '-1', 'true', 'null', '""', '"12a"', '[1,2]', '123456789012345678901'])(
    'MsgId %s is none',
    (id) => {
      expect(() => readPush(json({ MsgType: 'text', Content: 'x' }).replace(/}$/, `,"MsgId":${id}}`))).toThrow(
        PushParseError,
      );
    },
  );

  test('an image', () => {
    expect(readPush(json({ MsgType: 'image', MsgId: 1, PicUrl: 'https://pic.example/1', MediaId: 'm' }))).toEqual({
      kind: 'image',
      openid: 'o-citizen-1',
      msgId: '1',
      picUrl: 'https://pic.example/1',
    });
  });

  test('other kinds are none of ours, a message without a kind is refused', () => {
    for (const MsgType of ['voice', 'video', 'location', 'miniprogrampage', 'later']) {
      expect(readPush(json({ MsgType }))).toEqual({ kind: 'other' });
    }
    for (const text of ['{}', '[]', 'null', '1', '"x"', '', '<xml/>', '<xml><a/></xml>']) {
      expect(() => readPush(text)).toThrow(PushParseError);
    }
  });

  test('the message inside of the public XML vector', () => {
    expect(readPush(vector('safe-xml-easywechat').plaintext)).toEqual({
      kind: 'text',
      openid: 'asdasdasdsadasd',
      msgId: '12345',
      content: 'hello',
    });
    expect(readPush(vector('safe-json-official').plaintext)).toEqual({ kind: 'other' });
  });

  test('two of one field: neither counts', () => {
    const twice = xml(
      '<MsgType>text</MsgType><Content>a</Content><MsgId>1</MsgId><FromUserName>o-other</FromUserName>',
    );
    expect(() => readPush(twice)).toThrow(PushParseError);
  });
});

describe('events', () => {
  const entry = { TemplateId: 't1', SubscribeStatusString: 'accept', PopupScene: '2' };
  const entryXml =
    '<List><TemplateId><![CDATA[t1]]></TemplateId><SubscribeStatusString><![CDATA[accept]]></SubscribeStatusString></List>';
  const popup = wechatEvents.subscribe_msg_popup_event;

  test.each([
    ['JSON, one entry as an object', json({ MsgType: 'event', Event: 'subscribe_msg_popup_event', List: entry }), 1],
    [
      'JSON, several as an array',
      json({ MsgType: 'event', Event: 'subscribe_msg_popup_event', List: [entry, entry] }),
      2,
    ],
    [
      'XML, one',
      xml(
        `<MsgType>event</MsgType><Event>subscribe_msg_popup_event</Event><SubscribeMsgPopupEvent>${entryXml}</SubscribeMsgPopupEvent>`,
      ),
      1,
    ],
    [
      'XML, two',
      xml(
        `<MsgType>event</MsgType><Event>subscribe_msg_popup_event</Event><SubscribeMsgPopupEvent>${entryXml}${entryXml}</SubscribeMsgPopupEvent>`,
      ),
      2,
    ],
  ])('the consent dialogue: %s', (_name, text, count) => {
    const answer = { openid: 'o-citizen-1', templateId: 't1', status: 'accept', at: 1763861400 };
    expect(readPush(text)).toEqual({
      kind: 'event',
      event: 'subscribe_msg_popup_event',
      wellFormed: true,
      consents: Array.from({ length: count }, () => answer),
    });
    expect(popup.parse(readTree(text)).List).toHaveLength(count);
  });

  const sent = (ErrorCode: number | string, ErrorStatus?: string) => ({
    List: { TemplateId: 't1', MsgID: '1700827132819554304', ErrorCode, ErrorStatus },
  });
  const settings = (SubscribeStatusString: string) => ({ List: [{ TemplateId: 't1', SubscribeStatusString }] });

  test.each<[string, object, string | undefined]>([
    ['subscribe_msg_change_event', settings('reject'), 'reject'],
    ['subscribe_msg_change_event', settings('ban'), 'ban'],
    ['subscribe_msg_change_event', settings('filter'), 'filter'],
    ['subscribe_msg_change_event', settings('acceptWithAudio'), 'accept'],
    ['subscribe_msg_change_event', settings('laterWord'), undefined],
    ['subscribe_msg_sent_event', sent(0, 'success'), undefined],
    ['subscribe_msg_sent_event', sent('43101'), 'reject'],
    ['subscribe_msg_sent_event', sent(2, 'user refuse to accept the msg'), 'reject'],
    ['subscribe_msg_sent_event', sent(1, 'failed: system failed'), undefined],
    ['user_enter_tempsession', { SessionFrom: 'x' }, undefined],
  ])('%s %j says %s', (Event, fields, status) => {
    const consents = status === undefined ? [] : [{ openid: 'o-citizen-1', templateId: 't1', status, at: 1763861400 }];
    const push = readPush(json({ MsgType: 'event', Event, ...fields }));
    expect(push).toEqual({ kind: 'event', event: Event, wellFormed: true, consents });
  });

  test('as XML, wrapped as WeChat documents it', () => {
    const wrapped = (event: string, wrapper: string, fields: string) =>
      xml(
        `<MsgType><![CDATA[event]]></MsgType>\n<Event><![CDATA[${event}]]></Event>\n<${wrapper}>\n  <List>\n    <TemplateId><![CDATA[VRR0UEO9VJOLs0MHlU0OilqX6MVFDwH3_3gz3Oc0NIc]]></TemplateId>\n    ${fields}\n  </List>\n</${wrapper}>`,
      );
    const settings = '<SubscribeStatusString><![CDATA[reject]]></SubscribeStatusString>';
    const fate =
      '<MsgID>1700827132819554304</MsgID><ErrorCode>43101</ErrorCode><ErrorStatus><![CDATA[user refuse]]></ErrorStatus>';
    const rejected = [{ templateId: 'VRR0UEO9VJOLs0MHlU0OilqX6MVFDwH3_3gz3Oc0NIc', status: 'reject', at: 1763861400 }];
    for (const text of [
      wrapped('subscribe_msg_change_event', 'SubscribeMsgChangeEvent', settings),
      wrapped('subscribe_msg_sent_event', 'SubscribeMsgSentEvent', fate),
    ]) {
      expect(readPush(text)).toMatchObject({ wellFormed: true, consents: rejected });
    }
  });

  test('of several entries, those that are understood', () => {
    const List = [...settings('later').List, { TemplateId: 't2', SubscribeStatusString: 'reject' }];
    expect(readPush(json({ MsgType: 'event', Event: 'subscribe_msg_popup_event', List }))).toMatchObject({
      consents: [{ templateId: 't2', status: 'reject' }],
    });
  });

  test('the verdict of a content check', () => {
    const check = (result: object) =>
      readPush(json({ MsgType: 'event', Event: 'wxa_media_check', trace_id: '60ae120f-371d5872-7941a05b', ...result }));
    const event = { kind: 'event', event: 'wxa_media_check', consents: [] };
    expect(check({ result: { suggest: 'risky', label: 20001 } })).toEqual({
      ...event,
      wellFormed: true,
      verdict: 'risky',
    });
    expect(check({})).toEqual({ ...event, wellFormed: true });
    expect(check({ result: { suggest: 'later' } })).toEqual({ ...event, wellFormed: false });
  });

  test.each([
    ['a moment that is none', { CreateTime: '123456789012', List: entry }],
    ["a template's id that is none", { List: { ...entry, TemplateId: 'a#b' } }],
    ['more templates than a dialogue has', { List: Array.from({ length: 51 }, () => entry) }],
    ['no list', {}],
  ])('%s changes no consent', (_name, fields) => {
    const push = readPush(json({ MsgType: 'event', Event: 'subscribe_msg_popup_event', ...fields }));
    expect(push).toMatchObject({ wellFormed: false, consents: [] });
  });

  test('a known event without its fields is told apart, an unknown one is unknown', () => {
    expect(readPush(json({ MsgType: 'event', Event: 'wxa_media_check' }))).toMatchObject({ wellFormed: false });
    for (const Event of ['debug_demo', 'toString', '__proto__', undefined]) {
      expect(readPush(json({ MsgType: 'event', Event }))).toEqual({ kind: 'other' });
    }
    expect(wechatEvents.user_enter_tempsession.parse({ ...head, CreateTime: '1763861400' })).toEqual(head);
  });
});

describe('the XML reader', () => {
  test.each([
    ['DOCTYPE', '<!DOCTYPE xml [<!ENTITY x SYSTEM "file:///etc/passwd">]><xml><a>&x;</a></xml>'],
    ['an entity', '<xml><a>&lt;</a></xml>'],
    ['a numbered entity', '<xml><a>&#60;</a></xml>'],
    ['a processing instruction', '<?xml version="1.0"?><xml><a>1</a></xml>'],
    ['a comment', '<xml><!-- a --><a>1</a></xml>'],
    ['an attribute', '<xml a="1"><a>1</a></xml>'],
    ['wrong nesting', '<xml><a><b>1</a></b></xml>'],
    ['an end without a start', '</xml>'],
    ['no end', '<xml><a>1</a>'],
    ['an end that is also empty', '<xml><a>1</a/></xml>'],
    ['two roots', '<xml><a>1</a></xml><xml><a>1</a></xml>'],
    ['two other roots', '<x>1</x><y>1</y>'],
    ['text after the root', '<xml><a>1</a></xml>x'],
    ['text between elements', '<xml>x<a>1</a></xml>'],
    ['CDATA without an end', '<xml><a><![CDATA[1</a></xml>'],
    ['too deep', `${'<a>'.repeat(9)}1${'</a>'.repeat(9)}`],
    ['nothing', ''],
  ])('refuses %s', (_name, text) => {
    expect(() => readXml(text)).toThrow(XmlError);
  });

  test('reads the rest', () => {
    expect(
      readXml('<xml>\n <a><![CDATA[]]></a>\n <b/>\n <c> x </c><d><![CDATA[<]]>]]&gt;</d></xml>'.replace('&gt;', '>')),
    ).toEqual({
      a: '',
      b: '',
      c: ' x ',
      d: '<]]>',
    });
    expect(readXml('<xml><a>1</a><a>2</a><a>3</a></xml>')).toEqual({ a: ['1', '2', '3'] });
    expect(Object.keys(readXml('<xml><__proto__>1</__proto__></xml>'))).toEqual(['__proto__']);
  });

  test('hundred thousand elements and deep JSON take no time and no stack', () => {
    const started = performance.now();
    expect(readXml(`<xml>${'<a/>'.repeat(65_000)}</xml>`)).toMatchObject({ a: { length: 65_000 } });
    expect(() => readTree('['.repeat(250_000))).toThrow(PushParseError);
    expect(() => readPush(`${'{"a":'.repeat(40_000)}1${'}'.repeat(40_000)}`)).toThrow(PushParseError);
    expect(performance.now() - started).toBeLessThan(5000);
  });
});

test('whatever comes, only typed errors leave', () => {
  const bits = fc.constantFrom(
    '<xml>',
    '</xml>',
    '<a>',
    '</a>',
    '<![CDATA[',
    ']]>',
    '<!DOCTYPE x>',
    '&x;',
    '{"MsgType":',
    '"text"',
    '}',
    '1',
    '路',
    '\u0000',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.json(),
        fc.array(bits).map((list) => list.join('')),
      ),
      (text) => {
        for (const read of [readPush, readEnvelope]) {
          try {
            read(text);
          } catch (error) {
            expect(error).toBeInstanceOf(PushParseError);
          }
        }
      },
    ),
    { numRuns: 2000 },
  );
});
