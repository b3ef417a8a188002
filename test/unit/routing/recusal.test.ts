/** 回避: whose people are complained of neither owns the matter nor helps with it. */
import { describe, expect, test } from 'vitest';
import { mustRecuse } from '#domain/routing/recusal.ts';
import { route } from '#domain/routing/route.ts';
import { loadDistrict } from '#infra/district.ts';
import type { Kind } from '#schemas/common.ts';

const district = loadDistrict('xianan');
const unit = (id: string) => {
  const found = district.departments.find((department) => department.id === id);
  if (found === undefined) throw new RangeError(id);
  return found;
};

describe('a unit must stand aside', () => {
  test.each<[Kind, string, string]>([
    ['complaint', '民政局工作人员刁难我', 'minzheng'],
    ['report', '民政局的人索贿,要红包才办', 'minzheng'],
    ['complaint', '工作人员态度恶劣,就是医保局的那个', 'yibao'],
    ['help', '民政局工作人员刁难我,低保办不下来', 'minzheng'],
    ['consult', '医保局窗口推诿,我该找哪里', 'yibao'],
    ['report', '人社局科长收礼', 'renshe'],
    ['report', '镇里干部收了包工头的红包', 'guanbuqiao'],
    ['complaint', '窗口那个工作人员每次说的不一样,我要投诉她这种态度', 'yibao'],
    ['report', '大队来的那个人跟老板吃饭收烟', 'renshe'],
  ])('%s 「%s」', (kind, text, id) => {
    expect(mustRecuse(kind, text, unit(id))).toBe(true);
  });

  test.each<[Kind, string, string]>([
    ['praise', '民政局工作人员态度好,不推诿', 'minzheng'],
    ['help', '请民政局工作人员上门看看', 'minzheng'],
    ['consult', '医保局的电话是多少', 'yibao'],
    ['complaint', '窗口工作人员说系统坏了,办不了', 'yibao'],
    ['complaint', '营业厅中心的人态度恶劣', 'gongdian'],
    ['report', '老板收了我的钱不办事,请中心查', 'yibao'],
    ['complaint', '店里的人态度恶劣,请市场监管局查', 'minzheng'],
  ])('not: %s 「%s」', (kind, text, id) => {
    expect(mustRecuse(kind, text, unit(id))).toBe(false);
  });
});

test('it is no co-handler either', () => {
  const wages = {
    kind: 'report',
    title: '工地欠薪',
    category: '01.1',
    place: { text: '官埠桥镇' },
  } as const;
  const plain = route({ ...wages, content: '工地欠我们工资三个月' }, district);
  const accused = route({ ...wages, content: '工地欠我们工资三个月,人社局科长收礼不管' }, district);
  expect(plain.coHandlers).toContain('renshe');
  expect(accused.owner).toBe(plain.owner);
  expect(accused.coHandlers).toEqual(plain.coHandlers.filter((id) => id !== 'renshe'));
});
