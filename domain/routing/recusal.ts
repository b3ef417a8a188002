/** 回避: a complaint about a unit's own staff never goes to that unit (Jinan Art. 32); the desk names its superior. */
import type { Kind } from '#schemas/common.ts';
import type { Department } from '#schemas/district.ts';
import { normalise } from '../catalogue/phrases.ts';

const CONDUCT =
  /^[^,。!?;\n]{0,10}?(?:工作人员|干部|局长|所长|科长|股长|镇长|乡长|书记|主任|办事员|窗口人员|态度|不作为|乱作为|吃拿卡要|推诿|踢皮球|刁难|收礼|受贿)/;

/** True when a complaint or report names the unit and, in the same breath, how its people behave. */
export function mustRecuse(kind: Kind, text: string, unit: Department): boolean {
  if (kind !== 'complaint' && kind !== 'report') return false;
  const normal = normalise(text);
  return [unit.name, unit.shortName, ...unit.aliases].map(normalise).some((name) => {
    for (let at = normal.indexOf(name); at >= 0; at = normal.indexOf(name, at + 1)) {
      if (CONDUCT.test(normal.slice(at + name.length, at + name.length + 24))) return true;
    }
    return false;
  });
}
