/** Invented messages for the classifier's tests: no one ever wrote them, and their labels are known by construction. */
import type { Example } from '#domain/catalogue/train-model.ts';
import { seeded } from '#domain/catalogue/training/random.ts';

const TOPICS: Readonly<Record<string, readonly string[]>> = {
  水电: ['停水', '水压', '漏水', '停电', '电费', '电表', '跳闸', '水管', '自来水', '变压器'],
  欠薪: ['工资', '拖欠', '老板', '工地', '加班费', '劳动合同', '包工头', '结算', '讨薪', '血汗钱'],
  噪声: ['噪音', '夜间施工', '音响', '广场舞', '喇叭', '吵闹', '睡不着', '分贝', '轰鸣', '扰民'],
  教育: ['学校', '老师', '招生', '学籍', '补课', '幼儿园', '学费', '课后', '家长', '食堂'],
};
export const LABELS = Object.keys(TOPICS).sort();
const COMMON = [
  '我们',
  '这里',
  '已经',
  '几天',
  '没有',
  '有关部门',
  '希望',
  '解决',
  '反映',
  '情况',
  '附近',
  '居民',
  '多次',
  '一直',
];

/** `perLabel` messages for each label, some of whose words belong to other labels. */
export function inventMessages(perLabel: number, seed: number, words = 24): Example[] {
  const random = seeded(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  return Array.from({ length: perLabel * LABELS.length }, (_, index) => {
    const label = LABELS[index % LABELS.length]!;
    const said = Array.from({ length: words }, () => {
      const chance = random();
      if (chance < 0.3) return pick(TOPICS[label]!);
      return chance < 0.36 ? pick(TOPICS[pick(LABELS)]!) : pick(COMMON) + (chance > 0.9 ? ',' : '');
    });
    return { title: random() < 0.3 ? said[0]! : '', content: said.join(''), label };
  });
}
