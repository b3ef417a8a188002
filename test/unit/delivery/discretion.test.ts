import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { discreetCopy, discreetText } from '#domain/delivery/discretion.ts';

const who = { names: ['张三'], phones: ['13812345678', '07158322345'] };

describe('what a department may read of a confidential or anonymous request', () => {
  it.each([
    ['我叫张三，电话13812345678，举报老板', '我叫***，电话***，举报老板'],
    ['本人张 三，１３８ １２３４ ５６７８', '本人***，***'],
    ['张先生来电，张女士、张同志、我姓张', '***来电，***、***、我姓***'],
    ['138-1234-5678、138.1234.5678、+86 138 1234 5678', '***、***、***'],
    ['一三八一二三四五六七八，幺三八 一二三四 五六七八', '***，***'],
    ['13/8123/45678 或者 1381 2345 678', '*** 或者 ***'],
    ['0715-8322345、（0715）8322345、座机8322345、86 715 8322345', '***、（***、座机***、***'],
    ['尾号5678', '尾号***'],
    ['同事的电话是15912345678', '同事的电话是***'],
    ['身份证421202198001011234', '身份证***'],
    ['邮箱 zs@example.com，微信zhangsan88', '邮箱 ***，微信***'],
    ['举报鄂L12345占道', '举报鄂L***45占道'],
    ['西大街12号3栋502室夜里施工', '西大街12号***室夜里施工'],
    ['三张桌子，开张，2026年11月23日，12 人，5000元', '三张桌子，开张，2026年11月23日，12 人，5000元'],
  ])('%s → %s', (text, masked) => {
    expect(discreetText(text, who)).toBe(masked);
    expect(discreetText(masked, who)).toBe(masked);
  });

  it.each([
    ['我叫李四，举报老板', '我叫***，举报老板'],
    ['姓名：欧阳明月 电话13812345678', '姓名：*** 电话***'],
    ['本人名叫王五,住在附近', '本人名叫***,住在附近'],
    ['本人王小五，举报', '本人***，举报'],
    ['我叫他们停工，他们不听', '我叫他们停工，他们不听'],
    ['本人是小区业主', '本人是小区业主'],
    ['本人于昨日，本人和家人，举报人：赵六。', '本人于昨日，本人和家人，举报人：***。'],
  ])('a name that only the text tells: %s → %s', (text, masked) => {
    expect(discreetText(text)).toBe(masked);
  });

  it('hides surnames of two characters, names given with a title, and the caller’s enterprise', () => {
    expect(discreetText('欧阳女士和欧阳锋', { names: ['欧阳锋'] })).toBe('***和***');
    expect(discreetText('王先生反映', { names: ['王先生'] })).toBe('***反映');
    expect(discreetText('王女士反映，王某', { names: ['王'] })).toBe('***反映，***');
    const enterprise = { name: '咸宁示例科技有限公司', creditCode: '91421202MA4ABCDE1X' };
    expect(discreetText('我司咸宁示例科技有限公司（91421202MA4ABCDE1X）、咸宁示例科技反映', { enterprise })).toBe(
      '我司***（***）、***反映',
    );
  });

  it('knows no phone in a withheld or short number', () => {
    expect(discreetText('隐藏号码，110', { phones: ['隐藏号码', '110'] })).toBe('隐藏号码，110');
  });

  it('copies every text of the request, and the endings of its files', () => {
    const copy = discreetCopy(
      {
        title: '张三举报',
        content: '电话13812345678',
        placeText: '某小区3栋502室',
        attachmentNames: ['张三13812345678.jpg', '工资条.pdf'],
      },
      who,
    );
    expect(copy).toEqual({
      title: '***举报',
      content: '电话***',
      placeText: '某小区***室',
      attachmentNames: ['******.jpg', '工资条.pdf'],
    });
    expect(discreetCopy({ title: 't', content: 'c', attachmentNames: [] }, {})).toEqual({ title: 't', content: 'c' });
  });

  it('never lets the caller’s number through, however it is parted', () => {
    const mobile = fc.integer({ min: 13_000_000_000, max: 19_999_999_999 }).map(String);
    const gap = fc.constantFrom('', ' ', '-', '.', '·', '—', '　', '/', ' - ', '，', '\u200b');
    fc.assert(
      fc.property(mobile, fc.array(gap, { minLength: 11, maxLength: 11 }), (phone, gaps) => {
        const written = [...phone].map((digit, i) => `${digit}${i === 10 ? '' : gaps[i]}`).join('');
        expect(discreetText(`号码${written}。`, { phones: [phone] })).toBe('号码***。');
      }),
    );
  });
});
