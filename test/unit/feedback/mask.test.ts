import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maskName, maskPersonalData } from '#domain/feedback/mask.ts';

describe('personal data in an answer', () => {
  it.each([
    // 手机号
    ['请联系 13812345678 的业主', '请联系 138****5678 的业主'],
    ['电话：138-1234-5678。', '电话：138****5678。'],
    ['电话 138 1234 5678', '电话 138****5678'],
    ['电话138.1234.5678', '电话138****5678'],
    ['138 123 45678', '138****5678'],
    ['1 3 8 1 2 3 4 5 6 7 8', '138****5678'],
    ['(138)12345678', '(138****5678'],
    ['１３８１２３４５６７８', '138****5678'],
    ['电话：１３８－１２３４－５６７８！', '电话：138****5678！'],
    ['138—1234—5678', '138****5678'],
    ['138\u200b1234\u200b5678', '138****5678'],
    ['+86 13812345678', '+86 138****5678'],
    ['+8613812345678', '+86138****5678'],
    ['008613812345678', '0086138****5678'],
    ['tel13812345678', 'tel138****5678'],
    ['两个号13812345678、15912345678', '两个号138****5678、159****5678'],
    ['一三八一二三四五六七八', '138****5678'],
    ['幺三八一二三四五六七八', '138****5678'],
    ['一三八 一二三四 五六七八', '138****5678'],
    ['一三八一二三四五六七八一直打不通', '138****5678一直打不通'],
    ['138/1234/5678、139_1234_5678', '138****5678、139****5678'],
    // 座机
    ['家里 0715-8322345', '家里 0715****345'],
    ['家里（0715）8322345', '家里（0715****345'],
    ['家里07158322345', '家里0715****345'],
    ['家里 010 62345678', '家里 010****678'],
    ['电话8322345', '电话****345'],
    // 身份证
    ['身份证421202198001011234已核对', '身份证4212***********234已核对'],
    ['身份证42120219800101123x', '身份证4212***********23x'],
    ['４２１２０２１９８００１０１１２３４', '4212***********234'],
    ['421202 19800101 1234', '4212***********234'],
    ['421202-1980-0101-123X', '4212***********23X'],
    ['旧证421202800101123', '旧证4212*********23'],
    // 银行卡
    ['卡号6222021234567890123', '卡号6222****0123'],
    ['6222 0212 3456 7890', '6222****7890'],
    ['6222-0212-3456-7890-123', '6222****0123'],
    ['６２２２０２１２３４５６７８９０', '6222****7890'],
    // 车牌
    ['鄂L12345停放', '鄂L***45停放'],
    ['鄂L·D12345停放', '鄂L***45停放'],
    ['鄂 L·A1234停放', '鄂L***34停放'],
    ['鄂 L A1234', '鄂L***34'],
    ['鄂Ｌ－Ａ１２３４', '鄂L***34'],
    ['鄂l a1 234', '鄂L***34'],
    ['鄂L1234学、鄂L1234警', '鄂L***4学、鄂L***4警'],
    // 其他证件
    ['护照E12345678丢失', '护照***丢失'],
    ['社保卡号：A12345678', '社保卡号：***'],
    // 住址: down to one household
    ['金桂花园3-2-501漏水', '金桂花园***漏水'],
    ['3#2-501漏水', '***漏水'],
    ['3#-2-501号', '***号'],
    ['3栋2单元501号', '***号'],
    ['3幢乙单元402室', '***室'],
    ['某村三组十二号', '某村三组***号'],
    ['西大街12号3栋502室', '西大街12号***室'],
    ['西大街12号502室', '西大街12号***室'],
    ['3栋2单元502漏水', '***漏水'],
    ['2号楼1单元301室', '***室'],
    ['2 号楼 5 楼 502 室', '***室'],
    ['三栋二单元五零二室', '***室'],
    ['某小区 3-2-502室', '某小区 ***室'],
    ['住A座1502', '住***'],
    ['某村3组12号', '某村3组***号'],
    ['人民医院宿舍3栋502室', '人民医院宿舍***室'],
    // 电子邮箱、微信、QQ
    ['邮箱zhang.san@example.com。', '邮箱***@example.com。'],
    ['ｚｓ＠example.com', '***@example.com'],
    ['加微信zhangsan_88', '加微信***'],
    ['微信号：zhang-san88', '微信号：***'],
    ['VX zhangsan88', 'VX ***'],
    ['QQ：123456789', 'QQ：***'],
    ['ＱＱ号 123456789', 'ＱＱ号 ***'],
  ])('%s → %s', (text, masked) => {
    expect(maskPersonalData(text)).toBe(masked);
    expect(maskPersonalData(masked)).toBe(masked);
  });

  it.each([
    ['a landline that is announced as an office’s', '咨询电话 0715-8322345'],
    ['an office’s, written otherwise', '如有疑问请拨打服务热线：0715－8322345'],
    ['the hotline', '请拨打12345或12333'],
    ['the hotline on WeChat', '微信12345'],
    ['a service number', '请拨打400-800-1234'],
    ['a ticket number', '工单XA2026112300000018'],
    ['a ticket number with a blank', '工单 XA 2026112300000018'],
    ['an amount', '补发工资 138123 元，共 12 人'],
    ['a large amount', '投资13812345678元'],
    ['an amount with decimals', '1380.50元、5,000,000元'],
    ['a date', '2026年11月23日 15:01'],
    ['dates in a row', '13 2026-11-23 10:00、2026.11.23'],
    ['full-width numbers that name nobody', '共１２人，２０２６年１１月２３日'],
    ['a long number that is no ID', '合同号 123456789012345678901'],
    ['an order number that begins with its day', '20261123000000123'],
    ['a document number', '国办函〔2025〕66号'],
    ['an office address', '请到政务服务中心3楼302室'],
    ['an office in its building', '请到市民中心B座302室'],
    ['a street number', '发展大道 1 号、西大街12号'],
    ['a building without a room', '12 号楼、3栋、2单元停水'],
    ['floors', '3栋10楼走廊'],
    ['counts of households', '3栋120户居民，2号楼36家'],
    ['houses as a word', '2套120房产'],
    ['a WeChat account of an office', '微信公众号 testqu12345'],
    ['a province and a word', '鄂L组，京A HOTEL'],
    ['a time', '09:30-17:30'],
    ['dates without a year', '11-23、1-2-3'],
    ['a licence of an enterprise', '许可证JY14212020001234'],
    ['a street number in a building’s neighbourhood', '3栋旁西大街501号'],
    ['an order', '合同XA-1-2-301、编号：3-2-101、第2-3-101条、4-1-2026'],
  ])('leaves %s: %s', (_, text) => {
    expect(maskPersonalData(text)).toBe(text);
  });

  it('hides the names that are known, not shorter words', () => {
    expect(maskPersonalData('张三反映的问题，张三丰已知', ['张三', undefined, '李'])).toBe(
      '张**反映的问题，张**丰已知',
    );
    expect(maskPersonalData('张 三、阿卜杜·热合曼、Li Lei、Limit', ['张三', '阿卜杜·热合曼', 'Li Lei', 'Li'])).toBe(
      '张**、阿**、L**、Limit',
    );
    expect(maskName(' 欧阳锋')).toBe('欧**');
    expect(maskName('')).toBe('**');
  });
});

describe('whatever the text', () => {
  const phone = fc.integer({ min: 13_000_000_000, max: 19_999_999_999 }).map(String);

  it('never lets a mobile number through', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), phone, (a, b, number) => {
        const [before, after] = [a.replace(/\d/g, ''), b.replace(/\d/g, '')];
        expect(maskPersonalData(`${before}${number}${after}`)).not.toContain(number);
      }),
    );
  });

  it('nor one that is spaced or full-width', () => {
    const wide = (digits: string) => digits.replace(/\d/g, (d) => String.fromCharCode(d.charCodeAt(0) + 0xfee0));
    fc.assert(
      fc.property(
        phone,
        fc.constantFrom(' ', '-', '.', '—', '\u3000', '·', '\u00a0'),
        fc.boolean(),
        (digits, by, broad) => {
          const number = [digits.slice(0, 3), digits.slice(3, 7), digits.slice(7)].join(by);
          const masked = maskPersonalData(`我的电话是${broad ? wide(number) : number}，请回电`);
          expect(masked).toBe(`我的电话是${digits.slice(0, 3)}****${digits.slice(7)}，请回电`);
        },
      ),
    );
  });

  it('leaves a text without digits (in any script) and Latin letters as it is', () => {
    const cjk = fc.integer({ min: 0x4e00, max: 0x9fff }).map((code) => String.fromCharCode(code));
    const other = fc.constantFrom(...'，。、；：？！“”（）—…·　 \n栋室号楼单元组座微信鄂京＠＊');
    const text = fc
      .array(fc.oneof(cjk, other), { maxLength: 60 })
      .map((parts) => parts.join('').replace(/[零〇一二三四五六七八九十百幺]/g, ''));
    fc.assert(
      fc.property(
        fc.oneof(
          text,
          fc.string({ unit: 'binary' }).map((s) => s.normalize('NFKC').replace(/[\p{N}A-Za-z\p{Script=Han}]/gu, '')),
        ),
        (plain) => {
          expect(maskPersonalData(plain)).toBe(plain);
        },
      ),
    );
  });

  it('masks once and for all', () => {
    const piece = fc.constantFrom(
      ...'0123456789',
      ...' -.*·()（）１８',
      ...[
        '138',
        '0715',
        '6222',
        '19800101',
        '4212',
        '1234',
        '+86',
        '鄂L',
        '京',
        '3栋',
        '单元',
        '室',
        '房',
        '号',
        '组',
        '楼',
      ],
      ...['微信', 'QQ', 'a', 'x@b.cn', '电话', '一', '八', '元', '中心', '护照', '#', '/', '_', '挂', '-501'],
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const once = maskPersonalData(pieces.join(''), ['张三']);
        expect(maskPersonalData(once, ['张三'])).toBe(once);
      }),
      { numRuns: 2000 },
    );
  });

  it('does not take long over a long text', () => {
    const texts = ['1', '1-', '1 3 ', '6222 ', 'a.', '3栋', '微信 ', '鄂L', '一', '13812345678 '];
    const started = performance.now();
    for (const text of texts) maskPersonalData(text.repeat(10_000 / text.length));
    expect(performance.now() - started).toBeLessThan(3000);
  });
});
