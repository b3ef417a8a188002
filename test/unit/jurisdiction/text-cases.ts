/**
 * Places as people and phone agents put them, by phenomenon. `said` is the content, `at` the place field. `town`: the town's
 * name, `区外 …` with the place's name, `-` when nothing is sure, or the names that the desk must ask about, joined by `?`.
 */
import type { Asked } from '#domain/jurisdiction/locate.ts';

export interface TextCase {
  readonly said?: string;
  readonly at?: string;
  readonly asked?: Asked;
  readonly town: string;
  readonly zone?: string;
}

export const GROUPS: Readonly<Record<string, readonly TextCase[]>> = {
  // A village or community says its town, whoever leaves the town out.
  'village implies town': [
    { said: '渡船村三组的路灯坏了半年', town: '官埠桥镇' },
    { said: '我们湾在四门楼村,自来水一直没通', town: '马桥镇' },
    { said: '黄畈居委会门口的下水道堵了', town: '温泉街道' },
    { said: '白岩泉村村委会乱收费', town: '高桥镇' },
    { at: '桃花尖村五组', town: '大幕乡' },
    { at: '十六潭社区', town: '温泉街道' },
    { at: '澄水洞', town: '高桥镇' },
    { said: '刘家桥村的古民居漏雨', town: '桂花镇' },
    { at: '横沟桥镇高新社区 3 栋', town: '横沟桥镇' },
    // The table still calls it a village; and a weak name before it is only the part of the city.
    { at: '浮山太乙社区', town: '浮山街道' },
    { said: '温泉旗鼓社区的停车场乱收费', town: '浮山街道' },
    { at: '温泉旗鼓社区', town: '浮山街道' },
  ],
  // 路、大道 with a town's name run through other towns.
  'a road is no town': [
    { said: '温泉路的路灯不亮', town: '-' },
    { said: '永安大道修了半年', town: '-' },
    { said: '桂花东路有个大坑', town: '-' },
    { at: '高桥路 15 号', town: '-' },
    { at: '永安大道与桂花路交叉口', town: '-' },
    { said: '浮山南路每天堵车', town: '-' },
    { said: '马桥二路没有路灯', town: '-' },
    { at: '官埠桥大道', town: '-' },
    { at: '桂花路社区 2 栋', town: '温泉街道' },
    { said: '温泉街道桂花路上垃圾没人收', town: '温泉街道' },
    { said: '温泉街道路灯坏了', town: '温泉街道' },
    { said: '高桥老街的排水沟堵了', town: '高桥镇' },
  ],
  // Estates, schools, bridges, plants and springs bear the names too.
  'a thing is no town': [
    { said: '温泉酒店的水不干净', town: '-' },
    { said: '永安花园小区电梯坏了', town: '-' },
    { said: '桂花树被人砍了', town: '-' },
    { said: '马桥大桥的栏杆断了', town: '-' },
    { said: '在高桥中学门口摆摊', town: '-' },
    { said: '浮山公园的厕所没人打扫', town: '-' },
    { said: '文艺汇演拉开大幕,声音太吵', town: '-' },
    { said: '去泡温泉被宰了', town: '-' },
    { said: '桂花开了满街都是', town: '-' },
    { at: '桂花苑 3 栋', town: '-' },
    { at: '温泉山庄', town: '-' },
  ],
  // 温泉、永安、浮山 alone at the start of an address; the kind of a town mistaken.
  'abbreviations of a phone agent': [
    { at: '永安', town: '永安街道' },
    { at: '温泉', town: '温泉街道' },
    { at: '浮山 咸宁大道 88 号', town: '浮山街道' },
    { at: '永安阳光小区 5 栋', town: '永安街道' },
    { at: '咸安永安', town: '永安街道' },
    { said: '咸安区永安的菜市场太脏', town: '永安街道' },
    { at: '湖北咸宁咸安区马桥', town: '马桥镇' },
    { at: '永安办', town: '永安街道' },
    { at: '温泉街办滨河', town: '温泉街道' },
    { at: '永安镇车站路', town: '永安街道' },
    { at: '大幕镇', town: '大幕乡' },
    { said: '马桥那边的厂半夜放烟', town: '马桥镇' },
    { said: '浮山这一带天天停水', town: '浮山街道' },
    { said: '横沟的厂欠钱', town: '横沟桥镇' },
    { at: '温泉碧桂园小区', town: '温泉街道' },
    { said: '永安南大街社区门口乱停车', town: '永安街道' },
    { said: '我们村是大幕的,路烂了', town: '大幕乡' },
    { said: '永安派出所态度差', town: '永安街道' },
    { said: '从马桥过去的公交太少', town: '-' },
    { said: '温泉潜山路 28 号的广告牌要掉了', town: '温泉街道' },
    { said: '浮山隧道口,永安某路边', town: '-' },
  ],
  // Full width, blanks, typos, and the same name again and again.
  'how it is typed': [
    { at: '官 埠 桥', town: '官埠桥镇' },
    { at: '官埠桥镇 10 号', town: '官埠桥镇' },
    { said: '横 沟 桥 镇  孙田村 没水', town: '横沟桥镇' },
    { at: '官阜桥', town: '官埠桥镇' },
    { at: '丁泗桥街上', town: '汀泗桥镇' },
    { said: '官埠桥官埠桥,官埠桥镇上的路', town: '官埠桥镇' },
    { said: '双溪桥镇的厂,双溪桥的厂,双溪那个厂又排污', town: '双溪桥镇' },
    { said: '向阳湖镇甘棠村没水没电没路灯'.replaceAll('没', ' 没 '), town: '向阳湖镇' },
  ],
  // Where it happened stands above who speaks.
  'home is not where it happened': [
    { said: '我是马桥镇人,双溪桥镇街上的垃圾没人清', town: '双溪桥镇' },
    { said: '我家住温泉街道,事发地在横沟桥镇', town: '横沟桥镇' },
    { said: '本人户籍大幕乡,在永安街道被人打了', town: '永安街道' },
    { said: '家住高桥镇的老人在官埠桥镇走失', town: '官埠桥镇' },
    { said: '我是官埠桥镇渡船村村民,贺胜桥镇的工地半夜打桩', town: '贺胜桥镇' },
    { said: '老家在桂花镇,位于浮山街道的商铺漏水', town: '浮山街道' },
    { said: '我们是马桥的,垃圾车把垃圾倒在汀泗桥镇古塘村', town: '汀泗桥镇' },
    { said: '我家住温泉街道滨河社区,楼下烧烤太吵', town: '温泉街道' },
    { said: '我是官埠桥镇渡船村的村民,路一直没修', town: '官埠桥镇' },
    { said: '户口在大幕乡,问一下怎么办证', town: '-' },
    { said: '来电人家住永安街道西大街社区,昨天在温泉街道的超市买到过期牛奶', town: '温泉街道' },
    { said: '双溪桥镇杨堡村村民在贺胜桥镇黎首村承包鱼塘', town: '贺胜桥镇' },
    { said: '我屋里在马桥镇,官埠桥镇街上天天堵', town: '官埠桥镇' },
  ],
  // On the way, near by, spoken to.
  'passing by': [
    { said: '从马桥镇到双溪桥镇的班车不准时', town: '双溪桥镇?马桥镇' },
    { said: '从温泉街道过来,在官埠桥镇撞坏了护栏', town: '官埠桥镇' },
    { said: '横沟桥镇往贺胜桥镇方向的路塌了', town: '横沟桥镇' },
    { said: '官埠桥镇靠近永安街道的地方堆了渣土', town: '官埠桥镇' },
    { said: '伤者送到温泉街道,车祸发生在高桥镇', town: '高桥镇' },
    { said: '找过永安街道办事处,房子在浮山街道', town: '浮山街道' },
    { said: '马桥镇的垃圾拉到桂花镇去了', town: '马桥镇' },
    { said: '汀泗桥镇不像双溪桥镇,路灯一个没有', town: '汀泗桥镇' },
    { said: '横沟桥镇的渣土运到官埠桥镇湖场村填埋', town: '官埠桥镇' },
    { said: '马桥镇鳌山村通往高桥镇的公路破损', town: '马桥镇?高桥镇' },
    { said: '浮山街道(原属永安街道)的市场', town: '浮山街道' },
    { said: '向横沟桥镇政府反映过,孙田村的水还是黑的', town: '横沟桥镇' },
  ],
  // 不是A是B, 说错了.
  'denied and corrected': [
    { said: '不是温泉是永安', town: '永安街道' },
    { said: '不是温泉街道,是永安街道', town: '永安街道' },
    { said: '不是横沟桥镇而是贺胜桥镇的垃圾场', town: '贺胜桥镇' },
    { said: '地点官埠桥镇,说错了,是双溪桥镇', town: '双溪桥镇' },
    { said: '在马桥镇,写错了,应该是高桥镇', town: '高桥镇' },
    { said: '这里不属于温泉街道', town: '-' },
    { said: '这条路不归永安街道管,归浮山街道管', town: '浮山街道' },
    { said: '是永安不是温泉', town: '永安街道' },
    { said: '官埠桥镇,不是横沟桥镇', town: '官埠桥镇' },
    { said: '地址马桥镇,不对,应该是高桥镇', town: '高桥镇' },
    { said: '不是官埠桥镇一个村的事', town: '官埠桥镇' },
    { said: '难道不是永安街道的事吗', town: '永安街道' },
    { said: '是不是永安街道管', town: '永安街道' },
    { said: '不只是官埠桥镇,横沟桥镇也这样', town: '官埠桥镇?横沟桥镇' },
  ],
  // Nobody tosses a coin.
  'several towns': [
    { at: '官埠桥镇与横沟桥镇交界', town: '官埠桥镇?横沟桥镇' },
    { said: '在温泉街道和永安街道交界处有人倒渣土', town: '永安街道?温泉街道' },
    { said: '官埠桥镇、双溪桥镇的班车都停了', town: '官埠桥镇?双溪桥镇' },
    { said: '马桥镇说归高桥镇管,高桥镇说归马桥镇管', town: '马桥镇?高桥镇' },
    { at: '横沟桥镇渡船村', town: '官埠桥镇?横沟桥镇' },
    { at: '赤壁市与汀泗桥镇交界', town: '汀泗桥镇?赤壁市' },
    { said: '赤壁市神山镇和咸安区汀泗桥镇交界处的石场', town: '汀泗桥镇?赤壁市' },
    { said: '通山县与大幕乡交界的路没人修', town: '大幕乡?通山县' },
    { said: '我在永安街道上班,家住浮山街道,想反映一个问题', town: '永安街道?浮山街道' },
    { said: '渡船村和孙田村争水', town: '官埠桥镇?横沟桥镇' },
  ],
  // For wages the company's place, then the work site.
  'the company’s place': [
    { said: '我家住马桥镇,在官埠桥镇的厂里上班,没发工资', asked: 'company', town: '官埠桥镇' },
    { said: '公司在永安街道,工地在贺胜桥镇', asked: 'company', town: '永安街道' },
    { said: '户口在大幕乡,在横沟桥镇工地做事', asked: 'company', town: '横沟桥镇' },
    { said: '我是双溪桥镇人,老板欠钱', asked: 'company', town: '-' },
    { said: '给向阳湖镇的养殖场干活没给钱,我是汀泗桥镇的', asked: 'company', town: '向阳湖镇' },
    { said: '在武汉打工,工资没发', asked: 'company', town: '区外 武汉' },
    { said: '在官埠桥镇和双溪桥镇打工', asked: 'company', town: '官埠桥镇?双溪桥镇' },
    // A home in the place field is no employer.
    { at: '马桥镇', said: '在官埠桥镇的厂里上班,老板欠薪', asked: 'company', town: '官埠桥镇?马桥镇' },
    { at: '马桥镇', said: '厂里不发工资', asked: 'company', town: '马桥镇' },
  ],
  // For benefits the household.
  'the household’s place': [
    { said: '户口在大幕乡,现住温泉街道,低保停了', asked: 'household', town: '大幕乡' },
    { said: '我是桂花镇石城村人,在永安街道办的残疾证', asked: 'household', town: '桂花镇' },
    { at: '永安街道', said: '户籍在高桥镇,优待证办不了', asked: 'household', town: '高桥镇' },
    { said: '本人是官埠桥镇人,现住温泉街道,优待证', asked: 'household', town: '官埠桥镇' },
    { said: '嫁到双溪桥镇,户口还在高桥镇', asked: 'household', town: '高桥镇' },
    { at: '永安街道', said: '优待证办不了', asked: 'household', town: '永安街道' },
    { said: '在官埠桥镇打工,想申请公租房', asked: 'household', town: '-' },
    { said: '户口在武汉市,想把小孩转学过来', asked: 'household', town: '-' },
  ],
  // Other counties, and villages of theirs.
  outside: [
    { at: '赤壁市石桥村', town: '区外 赤壁市' },
    { said: '垃圾倒在嘉鱼县官桥镇石桥村', town: '区外 嘉鱼县' },
    { said: '武汉人在温泉街道开的店', town: '温泉街道' },
    { at: '武汉热干面馆', town: '-' },
    { at: '武汉市江夏区', town: '区外 武汉' },
    { said: '从崇阳县开来的货车撞坏了高桥镇的桥', town: '高桥镇' },
    { said: '我在武汉打工,老家大幕乡的房子漏水', town: '-' },
    { said: '上海马桥的厂', town: '-' },
    // People who live or work far away write about home.
    { said: '我在广州上班,社保转回来要什么材料', town: '-' },
    { said: '本人在广东工作,家里横沟桥镇的老屋被拆了', town: '横沟桥镇' },
    { said: '深圳某某科技有限公司中标后不付款', asked: 'company', town: '-' },
    { said: '我在崇阳县做事', town: '区外 崇阳县' },
  ],
  // Functional zones stand beside towns, if the matter is theirs.
  zones: [
    { at: '横沟桥镇', said: '高新区的厂排污', town: '横沟桥镇', zone: 'gaoxin' },
    { said: '横沟桥镇靠近高新区的村子没水', town: '横沟桥镇', zone: '-' },
    { said: '家住高新区,横沟桥镇街上的路烂了', town: '横沟桥镇', zone: '-' },
    { said: '横沟桥镇与高新区交界的路没人管', town: '横沟桥镇', zone: '-' },
    { said: '大竹海门口乱停车', town: '-', zone: 'dazhuhai' },
    { said: '横沟桥镇政府说归高新区管,高新区说归横沟桥镇管', town: '横沟桥镇', zone: '-' },
    { said: '不是高新区,是咸安经济开发区', town: '湖北咸安经济开发区', zone: 'jingkai' },
  ],
};
