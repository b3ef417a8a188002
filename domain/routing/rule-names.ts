/** What the office calls the routing rules (派单规则), in the order in which they are asked. */
import type { RoutingRule } from '#schemas/routing.ts';

export const RULE_NAMES: Readonly<Record<RoutingRule, string>> = {
  'statutory-route': '法定途径',
  'outside-district': '事发地在区外',
  'outside-unsure': '区内区外难辨',
  'category-unsure': '类别不明',
  'city-duty': '市级事权',
  'desk-duty': '目录指定研判',
  'place-unsure': '地点不明',
  'place-ambiguous': '涉及多个镇街',
  'place-without-government': '无属地政府',
  'zone-override': '功能区优先',
  'town-duty': '属地镇街',
  'town-kind-duty': '按镇街类别',
  'attribute-duty': '按决定要素',
  'attribute-ambiguous': '决定要素矛盾',
  'department-duty': '部门事权',
  recusal: '回避',
};
