/**
 * 线索词: what the words around a name say about its part in the matter. Nothing here knows a place: each expression looks at
 * a few characters of the same clause, directly before or behind a name (or a row of names that belong together).
 */

/**
 * - `stated` 明示: the citizen declares or corrects it (事发地是…, 不是…是…).
 * - `event`, `company`, `site`: it happened there; a firm or shop there; a building site there.
 * - `employer`, `work`: the speaker works for a firm there; works there.
 * - `plain`: named, nothing more.
 * - `resident`, `native`, `registered`: somebody lives there; is from there (X人); is registered there (户籍).
 * - `passing`: on the way, near by, spoken to or compared with.
 */
export type Role =
  | 'stated'
  | 'event'
  | 'company'
  | 'site'
  | 'employer'
  | 'work'
  | 'plain'
  | 'resident'
  | 'native'
  | 'registered'
  | 'passing';

/** What a catalogue row asks for (`placeRule`; `none` asks for the event). */
export type Asked = 'event' | 'company' | 'household';

/** 1 is best. A place of a better rank is no rival to one of a worse; of the same rank they are, and nobody tosses. */
export const RANK: Record<Asked, Record<Role, number>> = {
  event: {
    stated: 1,
    event: 1,
    company: 1,
    site: 1,
    plain: 2,
    employer: 3,
    work: 3,
    resident: 3,
    native: 4,
    registered: 4,
    passing: 5,
  },
  // 用工单位所在地, then the work site.
  company: {
    company: 1,
    employer: 1,
    stated: 1,
    site: 2,
    work: 2,
    event: 3,
    plain: 3,
    resident: 4,
    native: 4,
    registered: 4,
    passing: 5,
  },
  household: {
    registered: 1,
    stated: 2,
    native: 2,
    resident: 3,
    plain: 4,
    event: 4,
    company: 5,
    site: 5,
    employer: 5,
    work: 5,
    passing: 5,
  },
};

/** Where somebody comes from doesn't say where it happened, a home nothing of an employer, a workplace nothing of a household. */
const ALONE: Record<Asked, Partial<Record<Role, number>>> = {
  event: { registered: 0.6 },
  company: { resident: 0.6, native: 0.6, registered: 0.6 },
  household: { company: 0.6, site: 0.6, employer: 0.6, work: 0.6 },
};
export const alone = (asked: Asked, role: Role): number => ALONE[asked][role] ?? 1;

const WORK =
  '打工|打零工|上班|务工|做事|做工|做小工|干活|上工|帮工|做过工|当保安|当保洁|搬砖|就业|工作(?=$|[,了的过时期]|多年|几年)';
const FIRM =
  '工业园|产业园|公司|企业|工厂|厂|车间|酒店|宾馆|餐馆|饭店|火锅店|店|超市|合作社|养殖场|养猪场|猪场|农场|门面|商铺|市场|ktv|网吧|驾校';
const SITE = '工地|项目|楼盘|在建|施工';
const DECLARED =
  /(?:事发地点?|事发位置|案发地点?|案发现场|发生地点?|事发|具体地点|地点|具体位置|位置|现场|(?<!家庭|户籍|单位|公司|联系)地址|问题所在地?)(?:就?[是在为]|位于|应该是)?:?$/;
const COMPANY_DECLARED =
  /(?:公司|单位|工厂|厂子?|店子?|企业|厂址|项目部|工作地点?|上班地点?|务工地点?)(?:地址|所在地|位置|注册地)?(?:就?[是在]|位于|开在|设在|注册在)?:?$/;
const SITE_DECLARED = /(?:工地|项目|楼盘)(?:地址|所在地|位置)?(?:就?[是在]|位于)?:?$/;
const REGISTERED_BEFORE =
  /(?:户籍(?:所在)?地?(?:地址)?(?:就?[是在为]|仍在|还在)?:?|户口(?:本)?(?:所在)?地?(?:就?[是在为]|落在|仍在|还在)?:?|籍贯(?:是|为)?:?|老家(?:就?[是在])?|娘家(?:就?[是在])?|出生在)$/;
const RESIDENT_BEFORE =
  /(?:家住|现住|居住[在于]?|(?:租|暂|常)住在?|租房[在于]|住在|住[址所](?:就?[是在为])?:?|家庭(?:地址|住址)(?:就?[是在为])?:?|(?:我们?|咱们?|他|她|俺)家(?:里)?(?:就?[是在])|家里?在|屋(?:里|的|滴)?(?:就?在|是)|搬到|嫁到|(?<!入|记|停|堵|锁|困|按|站|拦|盖|挡)住)$/;
const SELF = /(?:我们?|本人|咱们?|俺)(?:[是系]|都是)$/;
const REGISTERED_AFTER = /^(?:这?[镇乡村街]?)?的?(?:户口|户籍|籍(?!贯))/;
/** 人, but not 人行道, 人民政府, 人太多. */
const PERSON = '人(?!行|民|员|家|口|社|才|工|为|大|防|流|群|车|很|太|多|少)';
const NATIVE_AFTER = new RegExp(`^的?${PERSON}`);
const RESIDENT_AFTER = new RegExp(
  `^(?:.{0,6}?[村组队湾])?的?(?:一名|一个|普通|老)?(?:${PERSON}|村民(?!委)|居民(?!委)|农民|百姓|老百姓|群众|住户|农户|低保户|残疾人|退伍军人|退役军人|市民)`,
);
const IN =
  /(?:(?<!现|正|存|所|实|内|好)在|位于|坐落于?|地处|发生于|出现于|倒[到进在]|埋[到进在]|排[到进入]|流[到进入])$/;
const TOWARDS_WORK = /(?:在|到|去|给|帮|为|于|来)$/;
const PASSING_BEFORE =
  /(?:从|打从|自(?!己)|距离?|离|靠近?|挨着|临近|毗邻|紧邻|邻近|接壤|经过|路过|途经|(?<!已|曾)经|往|朝|向|对|找|问|跟|与|给|由|让|叫|请|通[往向到]|[去到至回]|送[到去往]|运[到去往]|拉[到去往]|转[到去往]|调[到往]|寄[到往]|发往|开[往到]|前往|带[到去]|比|不如|不像|听说|除了?|学习?|打电话给|联系了?|原(?:属于?|是)?|(?:以前|之前|过去)(?:属于?|是|归)|反映[到给]|投诉[到给]|[找问去]了)$/;
const PASSING_AFTER =
  /^(?:那?边)?(?:方向|附近|旁边|旁|隔壁|边上|开来|过来|过去|来的|回来|出来|以外|之外|除外|那样|一样)/;
const BORDER_AFTER = /^的?(?:交界|交汇|边界|接壤|之间|结合部|插花|两[镇地]|共有|争)/;
/** 拉到A填埋: the way's end is where it happens. */
const DUMPED_AFTER = /^.{0,8}?(?:填埋|掩埋|倾倒|倒掉|乱倒|堆放|焚烧|丢弃|偷排|排放)/;
/** The whole of what stands between two names: the first is where a way begins. */
const WAY = /^(?:到|至|去|往返|开往|通往|-+|—+|~|→)$/;

const DENIED = /(?<![是要])(?:不是|并不是|并非|而非|不在|不属于?|不归|没在)(?:说|指|发生)?在?$/;
const ASKING = /(?:吗|么|嘛|吧|呢)?\?|(?:吗|么|嘛)[,。!?;\n]|(?:吗|么|嘛)$/;
const TURNED = /^[^。!?\n]{0,6}?(?:而?[是在]|就是|应该?[是在为]|应是)$/;
const MISSPOKEN = /(?:(?:[说讲写记搞弄报填]错了?|口误|更正|纠正)[^!?\n]{0,6}?[是在为成:]|不对[,。]?(?:应该?)?[是在])$/;
/** 不是A一个村的事: more than A, not other than A. */
const NOT_ONLY = /^[^,。!?;\n]{0,3}?(?:一[个家处]|唯一)/;

/** 去通山九宫山玩, 在武汉找了家公司: what a visit was for happened there. */
const VISITED_BEFORE = /(?:去|到|来|在)$/;
const VISITED_AFTER = /^[^,。!?;\n]{0,8}?(?:玩(?!具)|旅游|游玩|爬山|漂流|泡温泉|找了[家个]|订了|下馆子)/;

const WORK_AFTER = new RegExp(`^.{0,10}?(?:${WORK})`);
const FIRM_AFTER = new RegExp(`^.{0,6}?(?:${FIRM})`);
const SITE_AFTER = new RegExp(`^.{0,6}?(?:${SITE})`);

export interface Around {
  /** Up to a dozen characters before the name, of its clause, without the district's own name. */
  readonly before: string;
  /** What follows up to the next name or the end of the clause. */
  readonly after: string;
  /** Whether another name ends `after`. */
  readonly beforeName: boolean;
}

/** The part that a name plays, of what stands around it alone. */
export function roleOf({ before, after, beforeName }: Around): Role {
  if (BORDER_AFTER.test(after)) return 'plain';
  if (REGISTERED_BEFORE.test(before) || REGISTERED_AFTER.test(after)) return 'registered';
  const firm = FIRM_AFTER.test(after);
  const site = SITE_AFTER.test(after);
  if (SELF.test(before) && (firm || site)) return firm ? 'employer' : 'work';
  if (WORK_AFTER.test(after) && (before === '' || TOWARDS_WORK.test(before))) return firm ? 'employer' : 'work';
  if (NATIVE_AFTER.test(after)) return 'native';
  if (SELF.test(before) || RESIDENT_BEFORE.test(before) || RESIDENT_AFTER.test(after)) return 'resident';
  if (COMPANY_DECLARED.test(before)) return 'company';
  if (SITE_DECLARED.test(before)) return 'site';
  if (DECLARED.test(before)) return 'stated';
  if (beforeName && WAY.test(after)) return 'passing';
  const inside = IN.test(before);
  if (VISITED_BEFORE.test(before) && VISITED_AFTER.test(after)) return 'event';
  if (DUMPED_AFTER.test(after) && PASSING_BEFORE.test(before)) return 'event';
  if (!inside && (PASSING_BEFORE.test(before) || PASSING_AFTER.test(after))) return 'passing';
  if (site) return 'site';
  if (firm) return 'company';
  return inside ? 'event' : 'plain';
}

/** 不是A…: what follows names what it is not; unless it is a question. `rest` runs on to the end of the clause and its mark. */
export const denied = (before: string, rest: string): boolean =>
  DENIED.test(before) && !ASKING.test(rest) && !NOT_ONLY.test(rest);

/** Between a name and one that is denied: A(而)不是B. */
export const contrasts = (between: string): boolean => /^,?而?(?:不是|并非|不在)$/.test(between);

/** 推诿、交界: each says that it is the other's, or it lies between them. */
export const disputed = (before: string, after: string): boolean =>
  BORDER_AFTER.test(after) ||
  /(?:归|属于?|推给|推到|甩给|找|由)$/.test(before) ||
  /^.{0,6}?(?:不管|[说讲]|推|让我|叫我|不归|互相|都不)/.test(after);

/** Before a name that a border follows: it lies between this and the name before (赤壁市神山镇和A交界). */
export const borders = (between: string, after: string): boolean =>
  /^[^,。!?;\n]{0,12}(?:和|与|跟|同|、)$/.test(between) && BORDER_AFTER.test(after);

/** Between a denied name and the next: …(而)是B. */
export const turnsTo = (between: string): boolean => TURNED.test(between);

/** Between a name and the next: …说错了,是B. */
export const correctsTo = (between: string): boolean => MISSPOKEN.test(between);
