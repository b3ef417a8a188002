import { describe, expect, test } from 'vitest';
import { detectDanger } from '#domain/routing/danger.ts';
import { compileDistrict } from '#infra/district-folder.ts';

const district = compileDistrict('xianan');

const EMERGENCIES: readonly (readonly [string, string])[] = [
  ['有人要跳楼', '110'],
  ['我老公想不开,坐在楼顶上', '110'],
  ['隔壁婆婆喝了半瓶农药', '120'],
  ['老人吃了好多安眠药', '120'],
  ['再不给工钱我就死给你们看', '110'],
  ['煤气泄漏了整栋楼都是味', '119'],
  ['闻到好大的煤气味', '119'],
  ['挖机把天然气管子挖断了', '119'],
  ['楼下着火了快来人', '119'],
  ['后山烧起来了', '119'],
  ['电瓶车炸了,浓烟滚滚', '119'],
  ['电梯里被困三个人', '119'],
  ['小孩掉到井里去了', '119'],
  ['有人落水', '119'],
  ['墙塌了压在下面一个人', '119'],
  ['电线断了掉在水里有人触电', '120'],
  ['老爷子晕倒了叫不醒', '120'],
  ['一家三口煤气中毒', '120'],
  ['工人从架子上摔下来', '120'],
  ['有人持刀砍人', '110'],
  ['两个人拿着刀在街上', '110'],
  ['小孩不见了两个小时', '110'],
  ['大货车撞了人跑了', '122'],
  ['不知道有没有着火,反正有浓烟', '119'],
  ['是不是漏气了头好晕', '119'],
  ['没人管着火了', '119'],
  ['担心他想不开', '110'],
  ['着 火 了', '119'],
];

const HARMLESS = [
  '火锅店油烟太大',
  '灭火器过期了没人换',
  '消防通道被堵,容易着火',
  '楼道有火灾隐患',
  '社区什么时候搞火灾演练',
  '跳楼价清仓是假的',
  '轮胎漏气找不到人修',
  '还好没有着火',
  '没有被困,就是停电',
  '希望防止触电',
  '物业气炸了',
  '资金被困在健身卡里',
  '救命钱拿不回来',
  '电脑中毒了',
];

describe('danger to life', () => {
  test.each(EMERGENCIES)('「%s」 → %s', (text, number) => {
    expect(detectDanger(text, district)?.numbers).toContain(number);
  });

  test.each(HARMLESS)('「%s」 is no emergency', (text) => {
    expect(detectDanger(text, district)).toBeUndefined();
  });

  test('several dangers give every number once and the first phrase', () => {
    expect(detectDanger('着火了,有人被困,还有人昏迷', district)).toEqual({
      numbers: ['119', '120'],
      phrase: '着火',
    });
  });
});
