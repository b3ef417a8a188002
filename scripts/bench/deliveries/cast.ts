/** Who is in the story: forty units of the district, of which some are dead and some slow. */
import { compileDistrict } from '#infra/district-folder.ts';
import type { Department } from './departments.ts';
import type { Manner, Share } from './plan.ts';

export const DEPARTMENTS = 40;
export const DEAD = 3;
export const SLOW = 3;

export function cast(): Department[] {
  const units = compileDistrict('xianan').departments.filter(({ level }) => level === 'department' || level === 'town');
  if (units.length < DEPARTMENTS) throw new Error(`only ${units.length} departments`);
  const mannerOf = (index: number): Manner => (index < DEAD ? 'dead' : index < DEAD + SLOW ? 'slow' : 'normal');
  return units.slice(0, DEPARTMENTS).map(({ id }, index) => ({ unit: id, manner: mannerOf(index) }));
}

/** Each dead and each slow department gets so many of `total`; the others share the rest evenly. */
export function shareOut(
  departments: readonly Department[],
  total: number,
  each: Readonly<Record<Exclude<Manner, 'normal'>, number>>,
): Share[] {
  const normal = departments.filter(({ manner }) => manner === 'normal').length;
  const rest = total - departments.reduce((sum, { manner }) => sum + (manner === 'normal' ? 0 : each[manner]), 0);
  const even = Math.floor(rest / normal);
  let over = rest - even * normal;
  return departments.map(({ unit, manner }) => ({
    unit,
    manner,
    deliveries: manner === 'normal' ? even + (over-- > 0 ? 1 : 0) : each[manner],
  }));
}
