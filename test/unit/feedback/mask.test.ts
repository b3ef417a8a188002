import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maskName, maskPersonalData } from '#domain/feedback/mask.ts';

describe('personal data in an answer', () => {
  it.each([
    ['请联系 13812345678 的业主', '请联系 138****5678 的业主'],
    ['电话：138-1234-5678。', '电话：138****5678。'],
    ['+86 13812345678', '+86 138****5678'],
    ['两个号13812345678、15912345678', '两个号138****5678、159****5678'],
    ['身份证421202198001011234已核对', '身份证4212***********234已核对'],
    ['身份证42120219800101123x', '身份证4212***********23x'],
    ['旧证421202800101123', '旧证4212*********23'],
    ['鄂L12345停放', '鄂L***45停放'],
    ['鄂L·D12345停放', '鄂L***45停放'],
  ])('%s → %s', (text, masked) => {
    expect(maskPersonalData(text)).toBe(masked);
  });

  it.each([
    ['a landline of an office', '咨询电话 0715-8322345'],
    ['the hotline', '请拨打12345或12333'],
    ['a ticket number', '工单XA2026112300000018'],
    ['an amount', '补发工资 138123 元，共 12 人'],
    ['a long number that is no ID', '合同号 123456789012345678901'],
    ['a document number', '国办函〔2025〕66号'],
    ['an office address', '请到政务服务中心3楼302室'],
  ])('leaves %s', (_, text) => {
    expect(maskPersonalData(text)).toBe(text);
  });

  it('hides the names that are known, not shorter words', () => {
    expect(maskPersonalData('张三反映的问题，张三丰已知', ['张三', undefined, '李'])).toBe(
      '张**反映的问题，张**丰已知',
    );
    expect(maskName(' 欧阳锋')).toBe('欧**');
    expect(maskName('')).toBe('**');
  });

  it('never lets a mobile number through', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.integer({ min: 13_000_000_000, max: 19_999_999_999 }), (a, b, phone) => {
        const [before, after] = [a.replace(/\d/g, ''), b.replace(/\d/g, '')];
        expect(maskPersonalData(`${before}${phone}${after}`)).not.toContain(String(phone));
      }),
    );
  });
});
