/** How much a name by itself is worth where it stands: 温泉 is a street office, a spring, and half of many names. */
import type { Hit } from '../catalogue/phrases.ts';
import type { Role } from './cues.ts';
import type { PlaceBook, PlaceName, PlaceTarget } from './place-names.ts';

export interface NameContext {
  readonly text: string;
  readonly hit: Hit;
  /** Whether a road or village follows directly. */
  readonly leads: boolean;
  /** Whether the name directly before, or for a weak name the village directly behind, is of another town. */
  readonly inOther: boolean;
  readonly source: 'placeText' | 'content';
  readonly role: Role;
  readonly disputed: boolean;
  readonly book: PlaceBook;
}

/** After a name these make it a road or a bridge: 永安大道, 桂花路, 马桥大桥; 街道, 街办, 街上, 老街 do not. */
const ROAD =
  /^(?:[东西南北中新]|[一二三四五六]|第[一二三四五六])?(?:[东西南北中])?(?:大道|路|街(?![道办上])|巷|大桥|立交|高速|隧道|高架)/;
/** After a weak name: people speak of the place and not of a thing that bears the name. */
const PLACE_AFTER =
  /^(?:这边|那边|这里|那里|这块|那块|这一带|那一带|一带|片区|境内|辖区|街上|镇上|街里|集镇|老街|街道|城区|那个?地方|这个?地方|景区|[一二三四五六七八九十\d]+组|菜市?场|集贸市场|乡(?![村下])|镇|(?:中心校|中心小学|派出所|卫生院|司法所|财政所|供电所|法庭|政府)|的(?:.{0,4})(?:厂|工地|店|公司|村|小区|路灯|垃圾|菜市?场|派出所|卫生院|政府|村民|居民|老百姓|信号|自来水|公交|房子))/;
/** After a weak name: an estate, a shop, a school or a plant that only bears it. */
const THING_AFTER =
  /^(?:小区|花园|家园|公寓|豪庭|雅苑|名苑|苑|阁|大?酒店|宾馆|山庄|度假|大?饭店|药房|药店|大?药房|诊所|超市|商场|广场|公园|小学|中学|高中|初中|幼儿园|学校|医院|茶|树|花|香|糕|酒|苗|浴|池|水(?!库|管|表|压|费|厂)|票|谷|泳|保险|银行|大厦|国际|新城|新村|头|墩|布|拉开|开[了满放得]|落[下了幕]|盛|林|园|泉|上(?![班学]|面的)|鱼|米粉|豆腐)/;
/** 温泉潜山路 28 号: a town before a road that no gazetteer knows; at the start of what is said, or where somebody is. */
const STREET_AFTER = /^[^,。!?;\n的在和与从到往去走过没有是不开满上]{2,3}(?:大道|路(?![灯上边费])|街(?!上)|巷)/;
const OPENS = /(?:^|[,。!?;:\n]|在|位于)$/;
/** Before a weak name: 我们村是大幕的, 这边是永安. */
const IS = /(?:我们?|咱们?|村|湾|屋里|这里|这边|小区|厂|店)是$/;
const SITS_IN = /(?:在|位于|住|地址是?:?|地点是?:?|属于|就在)$/;
/** Around the name of another county these make it an origin or a person, not the place of the matter. */
const OTHER_AFTER =
  /^(?:人|户口|户籍|籍|牌|车牌|老板|方向|打工|回来|的?朋友|来的|到|至|过来|商人|客户|那边的老板|话|口音|市场价)/;
const OTHER_BEFORE = /(?:去|到|从|来自|往|开往|回|比|像|学|发往|寄到|户口在|户籍在)$/;
/** Behind a city's bare name: a dish or a shop of that style (武汉热干面馆). */
const STYLE_AFTER =
  /^.{0,4}?(?:面馆|热干面|鸭脖|菜馆|烧烤|餐馆|饭店|酒楼|酒店|宾馆|超市|商场|大厦|花园|小区|商会|烧饼|小吃)/;

/** Behind the full name of another county: what lies there. */
const DETAIL =
  /^[^,。!?;\n的人]{1,6}?(?:镇|乡|街道|村|社区|大道|路|大桥|工业园|开发区|小学|中学|医院|法院|派出所|车站|火车站)/;
/** 嘉鱼潘家湾镇: a town of theirs. */
const ITS_TOWN = /^[\u4e00-\u9fff]{2,4}[镇乡](?![村下])/;
const PLAIN: ReadonlySet<Role> = new Set(['plain', 'event', 'company', 'site', 'stated']);

export function strengthOf(place: PlaceName, target: PlaceTarget, context: NameContext): number {
  const { text, hit, source, role, leads, inOther, book } = context;
  const before = text.slice(Math.max(0, hit.start - 6), hit.start);
  const after = text.slice(hit.end, hit.end + 10);
  const complete = place.type === 'official' || place.type === 'village';
  if (!complete && ROAD.test(after)) return 0;
  if (target.kind === 'outside') return outside(place, before, after, context);
  if (complete || place.type === 'alias') return place.strength;
  if (inOther) return place.strength / 2;
  const spoken = PLACE_AFTER.test(after) || leads || (STREET_AFTER.test(after) && OPENS.test(before));
  if (place.type === 'weak' && !spoken && THING_AFTER.test(after)) return place.strength;
  if (before.endsWith(book.name) || before.endsWith(book.shortName)) return Math.max(place.strength, 0.8);
  // The citizen puts it in the place of a town: 不是温泉是永安.
  if (role === 'stated' || role === 'registered') return Math.max(place.strength, 0.8);
  if (source === 'placeText' && hit.start === 0) {
    const whole = hit.end === text.length;
    // 永安车站路 3 号: a phone agent's address begins with the street office.
    if (whole || place.type === 'weak') return Math.max(place.strength, 0.75);
  }
  if (role === 'passing') return place.strength;
  // 在永安一个餐馆打工: nobody works in a bridge.
  if ((role === 'work' || role === 'employer') && SITS_IN.test(before)) return Math.max(place.strength, 0.75);
  if (spoken || role === 'native' || IS.test(before)) return Math.max(place.strength, 0.75);
  return SITS_IN.test(before) ? place.strength + 0.15 : place.strength;
}

function outside(place: PlaceName, before: string, after: string, { source, role, disputed }: NameContext): number {
  if ((role === 'work' || role === 'employer') && SITS_IN.test(before)) return place.strength;
  // 与…交界: then it is as much the place as ours.
  if (disputed) return place.strength;
  if (OTHER_AFTER.test(after) || OTHER_BEFORE.test(before)) return place.strength * 0.3;
  if (place.type === 'bare' && STYLE_AFTER.test(after)) return place.strength * 0.5;
  if (source === 'placeText' || SITS_IN.test(before)) return place.strength;
  // 嘉鱼县官桥镇一所小学: whoever goes on to name a town, a road or a house there speaks of that place.
  if (place.type === 'official' && PLAIN.has(role) && DETAIL.test(after)) return place.strength;
  if (PLAIN.has(role) && ITS_TOWN.test(after)) return place.strength;
  return place.strength * 0.5;
}
