/** What boards store, and what people wrote: every row is one habit of an editor, a board or a citizen. */
import { describe, expect, test } from 'vitest';
import { lineOf, textOf } from '#functions/shared/board/html-text.ts';
import { NO_WORDS, withoutMarkup } from '#functions/shared/board/message-text.ts';

describe('markup goes, words stay', () => {
  test.each([
    ['plain text', '路灯坏了', '路灯坏了'],
    ['paragraphs', '<p>路灯&nbsp;坏了</p><p>第二段</p>', '路灯 坏了\n\n第二段'],
    ['breaks', '一<br>二<BR/>三<br />四', '一\n二\n三\n四'],
    ['lists', '<ul><li>甲</li><li>乙</li></ul>', '甲\n\n乙'],
    ['a table', '<table><tr><td>楼栋</td><td>3</td></tr></table>', '楼栋 3'],
    ['attributes', '<span style="color:red" data-x=\'>\'>红</span>字', '红字'],
    ['upper case', '<P ALIGN=CENTER><FONT SIZE=4>大字</FONT></P>', '大字'],
    ['a picture', '如图：<img src="data:image/png;base64,AAAA">', '如图：[图片]'],
    ['a script', '<script>alert("<b>")</script>正文<style>p{color:red}</style>', '正文'],
    ['a script that never ends', '网页显示<script>打不开', '网页显示打不开'],
    ['comments', '前<!-- <p>看不见</p> -->后', '前后'],
    ['a comment that never ends', '前<!--后面还有话', '前后面还有话'],
    ['paste from Word', '<o:p></o:p><?xml:namespace prefix="o"/><![if !vml]>话<![endif]>', '话'],
    ['a page with its head', '<!DOCTYPE html><html><head><title>题</title></head><body>文</body></html>', '题\n文'],
    ['CDATA', '<![CDATA[停水三天]]>', '停水三天'],
    ['entities', '&ldquo;西大街&rdquo; 5&times;8 &#36335;&#x706f; &amp; &lt;', '“西大街” 5×8 路灯 & <'],
    ['escaped twice', '&lt;p&gt;停水&lt;/p&gt;', '停水'],
    ['escaped three times', '&amp;lt;b&amp;gt;停电&amp;lt;/b&amp;gt;', '停电'],
    ['a tag that was cut off', '停水三天<span style="font-fam', '停水三天'],
    ['control characters', 'a\u0000b\u0007c\u009f\ufffe', 'abc'],
    ['half a character', 'a\ud83d', 'a\ufffd'],
    ['line ends of other systems', '一\r\n二\r三\u2028四', '一\n二\n三\n四'],
    ['empty lines', '一\n\n \n\n\n二   ', '一\n\n二'],
    ['nothing but markup', '<p><br></p><div>&nbsp;</div>', ''],
    ['nothing', '', ''],
  ])('%s', (_what, markup, text) => {
    expect(textOf(markup)).toBe(text);
  });
});

describe('what only looks like markup stays as it was written', () => {
  test.each([
    '气压<0.1',
    '水压 < 0.1 MPa，别处 > 0.3',
    '若a<b且c>d则不公平',
    '<某某路>的井盖',
    '</某某>没了',
    '今天<!急>处理',
    '收费<50元/月，去年>80',
    '编号<A-3>',
    '<a 楼>和<b 楼>之间',
    '价格<a 类',
    'x<y',
    '<',
    '<>',
    '</>',
    '链接 http://a.example/?b=1&copy=2&lt=3',
    'AT&T、R&D',
    '🚰没水',
  ])('%s', (text) => {
    expect(textOf(text)).toBe(text);
  });
});

test('a text made to keep us busy ends at once, and without tags', () => {
  for (const unit of ['<', '<a ', '<a href="', '</a ', '<!--', '<script>', '<![CDATA[', '&amp;', '&lt;', ' ', '\n']) {
    expect(textOf(unit.repeat(30_000))).not.toMatch(/<\/?(?:a|script)>/);
  }
  // Unescaping goes on six times and no further; what is left then is made harmless.
  expect(textOf(`&${'amp;'.repeat(9)}lt;b&gt;粗`)).not.toMatch(/[<&]/);
});

test('one line stays one line', () => {
  expect(lineOf('<p>标题</p>\n<p>副题</p>')).toBe('标题 副题');
});

describe('a pushed body', () => {
  test('is cleaned where people wrote, and nowhere else', () => {
    const body = {
      channelRef: '<b>1</b>',
      title: '<b>路灯</b>',
      content: '<p>坏了</p>',
      caller: { name: '<i>张三</i>', phone: '<1>', enterprise: { name: '<p>示例公司</p>' } },
      place: { text: '<p>西大街</p>', townCode: '1' },
      board: { messageId: 'm<b>', category: '<p>咨询</p>', department: '&nbsp;' },
      attachments: [{ name: '<b></b>', url: '<b>' }, 7],
      colour: '<b>',
    };
    expect(withoutMarkup(body)).toEqual({
      channelRef: '<b>1</b>',
      title: '路灯',
      content: '坏了',
      caller: { name: '张三', phone: '<1>', enterprise: { name: '示例公司' } },
      place: { text: '西大街', townCode: '1' },
      board: { messageId: 'm<b>', category: '咨询' },
      attachments: [{ name: '附件', url: '<b>' }, 7],
      colour: '<b>',
    });
  });

  test('keeps a message of markup alone, and leaves an empty one for the schema to refuse', () => {
    expect(withoutMarkup({ title: '<b></b>', content: '<p><br></p>' })).toEqual({ title: NO_WORDS, content: NO_WORDS });
    expect(withoutMarkup({ title: '', content: ' ' })).toEqual({ title: '', content: ' ' });
  });

  test.each([[null], ['text'], [7], [[1]], [{ title: 7, caller: 'x', attachments: {}, board: [] }]])(
    'passes on %j as it is',
    (body) => {
      expect(withoutMarkup(body)).toEqual(body);
    },
  );

  test('keeps a prototype in disguise for the schema to refuse', () => {
    const disguised = JSON.parse('{"__proto__":{"title":"x"},"title":"<b>a</b>"}');
    expect(Object.keys(withoutMarkup(disguised) as object)).toEqual(['__proto__', 'title']);
  });
});
