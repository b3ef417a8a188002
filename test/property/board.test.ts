/** Whatever a board holds: its text comes out without tags, and every numbered message becomes a request. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { requestOf } from '#functions/poller/message.ts';
import { textOf } from '#functions/shared/board/html-text.ts';
import { WebsiteRequest } from '#schemas/intake.ts';

/** Pieces of markup and words, glued: random strings alone would hardly ever be a tag. */
const pieces = fc.constantFrom(
  ...[
    '<p>',
    '</p>',
    '<br/>',
    '<',
    '>',
    '</',
    '<!',
    '<!--',
    '-->',
    '<![CDATA[',
    ']]>',
    '<script>',
    '</script>',
    '<style',
  ],
  ...[
    '<title>',
    '</title>',
    '<a href="',
    '"',
    "'",
    '=',
    '/>',
    '<?xml',
    '?>',
    '<textarea>',
    '</ a',
    '<b 路>',
    '<某>',
    '<x-y>',
  ],
  ...[
    '&lt;',
    '&gt;',
    '&amp;',
    '&amp;lt;',
    '&#60;',
    '&#x3c;',
    '&#0;',
    '&nbsp;',
    '&',
    ';',
    '&copy',
    '<img',
    '<plaintext>',
  ],
  ...['路灯', '坏了', '0.1', ' ', '\n', '\r\n', '\u0000', '\ud800', '\ufffe', '🚰'],
);
const markup = fc
  .array(
    fc.oneof({ weight: 4, arbitrary: pieces }, { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 5 }) }),
    {
      maxLength: 40,
    },
  )
  .map((parts) => parts.join(''));
/** A tag by the names that the boards' editors use, as a browser would take it for one. */
const TAG = /<\/?(?:p|br|script|style|title|textarea|img|a|plaintext)(?:\s[^<>\u0080-\uffff]*)?\/?>/i;

describe('text of markup', () => {
  test('never throws, holds no tag and no control character, and is its own text', () => {
    fc.assert(
      fc.property(markup, (source) => {
        const text = textOf(source);
        expect(text).not.toMatch(TAG);
        expect(text.isWellFormed()).toBe(true);
        // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
        expect(text).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f]/);
        expect(textOf(text)).toBe(text);
      }),
      { numRuns: 3000 },
    );
  });

  test('words without brackets and ampersands come out as they went in', () => {
    const words = fc.string({
      unit: fc.constantFrom('路', '灯', '0', '.', 'a', ' ', '，', '🚰', '"', '/', '='),
      maxLength: 60,
    });
    fc.assert(
      fc.property(words, (text) => {
        expect(textOf(text)).toBe(text.trim());
      }),
    );
  });

  test('no word outside of a tag is ever lost', () => {
    const word = fc.constantFrom('路灯', '坏了', '半个月', '<0.1', 'a<b且', '<某路>');
    const tag = fc.constantFrom('<p>', '</p>', '<br>', '<span style="a:b">', '</span>', '<!-- x -->', '<img src="x">');
    fc.assert(
      fc.property(fc.array(fc.tuple(tag, word), { maxLength: 12 }), (parts) => {
        const text = textOf(parts.flat().join(''));
        let from = 0;
        for (const [, each] of parts) {
          const found = text.indexOf(each, from);
          expect(found, text).toBeGreaterThanOrEqual(from);
          from = found + each.length;
        }
      }),
    );
  });
});

describe('polled messages', () => {
  const value = fc.oneof(markup, fc.jsonValue({ maxDepth: 2 }), fc.constant(undefined));
  const names = [
    'kind',
    'category',
    'department',
    'name',
    'phone',
    'title',
    'content',
    'attachments',
    'isPublicConsent',
  ];
  const fields = Object.fromEntries([...names, 'anonymous', 'submitTime'].map((name) => [name, value]));

  test('whatever stands in its other fields, a message with a number becomes a request of the schema', () => {
    fc.assert(
      fc.property(fc.record({ messageId: fc.stringMatching(/^[\w-][\w.-]{0,63}$/), ...fields }), (message) => {
        const result = requestOf(message);
        expect(result).toHaveProperty('request');
        if ('request' in result) expect(WebsiteRequest.parse(result.request)).toEqual(result.request);
      }),
      { numRuns: 1000 },
    );
  });

  test('anything at all is a request or a fault', () => {
    fc.assert(
      fc.property(fc.anything(), (message) => {
        expect(Object.keys(requestOf(message))).toHaveLength(1);
      }),
    );
  });
});
