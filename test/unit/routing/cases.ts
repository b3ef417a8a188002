/** Requests in citizens' own words, with where they belong. One row, one story; the place field as a seat would fill it. */
import type { Kind } from '#schemas/common.ts';
import type { RoutingRule } from '#schemas/routing.ts';

export interface Case {
  readonly say: string;
  readonly at?: string;
  readonly kind?: Kind;
  readonly category?: string;
  readonly owner: string;
  readonly code?: string;
  /** Name of the town; `-` = none may be recognised. */
  readonly town?: string;
  readonly rule?: RoutingRule;
}

export const CASES: readonly Case[] = [
  // 劳动维权
  {
    say: '我们七个人在官埠桥的那个厂做事,老板拖欠工资半年了',
    owner: 'guanbuqiao',
    town: '官埠桥镇',
    rule: 'town-duty',
  },
  { say: '包工头跑了,工地干活不给钱', at: '双溪桥镇杨堡村', owner: 'shuangxiqiao', code: '01.1', town: '双溪桥镇' },
  { say: '厂里不发工资,三个月了', at: '马桥', owner: 'maqiao', town: '马桥镇' },
  { say: '老板拖欠工资', owner: 'hotline', rule: 'place-unsure', town: '-' },
  { say: '上海马桥那边的厂不发工资', owner: 'hotline', rule: 'place-unsure', town: '-' },
  { say: '拖欠工资不给', at: '咸安经济开发区', owner: 'jingkai', rule: 'zone-override' },
  { say: '公司拖欠工资', at: '高新区', owner: 'xianning-12345' },
  { say: '横沟桥镇高新社区的厂里克扣工资', owner: 'henggouqiao', town: '横沟桥镇' },
  { say: '种场里做零工工资没结', at: '向阳湖奶牛良种场', owner: 'hotline', rule: 'place-without-government' },
  { say: '上班不签劳动合同,无故辞退', at: '永安街道', owner: 'renshe', code: '01.4' },
  { say: '我在嘉鱼县工地做事没给钱', owner: 'xianning-12345', rule: 'outside-district', town: '-' },
  { say: '工钱一直拖到现在', at: '官阜桥', owner: 'guanbuqiao' },
  // 社保、医保、卫生、教育、民政
  { say: '社保断缴了怎么补缴', kind: 'consult', owner: 'renshe', code: '02.1' },
  { say: '上班受伤了工伤认定找哪个', kind: 'consult', owner: 'renshe', code: '02.2' },
  { say: '新农合异地就医怎么报销', kind: 'consult', at: '高桥镇', owner: 'yibao', code: '03.1' },
  { say: '药店拿医保卡换洗衣液,刷医保卡买日用品骗保', kind: 'report', owner: 'yibao', code: '03.2' },
  { say: '卫生院医生态度差还误诊', at: '汀泗桥', owner: 'weijian', town: '汀泗桥镇' },
  { say: '小区楼下黑诊所非法行医', kind: 'report', owner: 'weijian', code: '04.2' },
  { say: '伢子上学划片不合理', at: '浮山街道', owner: 'jiaoyu', code: '05.1' },
  { say: '老师有偿补课,一节课两百', kind: 'report', owner: 'jiaoyu', code: '05.2' },
  { say: '培训机构跑路,培训机构退费没人管', owner: 'jiaoyu', code: '05.3' },
  { say: '我老娘八十了想申请低保', kind: 'help', at: '大幕乡桃花尖村', owner: 'minzheng', town: '大幕乡' },
  { say: '残疾证办了,残疾人补贴没到账', owner: 'canlian', code: '06.4' },
  { say: '结婚证丢了在哪补', kind: 'consult', owner: 'minzheng', code: '06.3' },
  // 住房、工程、市政
  { say: '物业不作为,物业费涨了一倍', at: '碧桂园社区', owner: 'zhujian', code: '07.1', town: '浮山街道' },
  { say: '开发商延期交房两年了', owner: 'zhujian', code: '07.2' },
  { say: '公租房申请要什么条件', kind: 'consult', owner: 'zhujian', code: '07.3' },
  { say: '新房漏水墙面开裂', owner: 'zhujian', code: '08.1' },
  { say: '路灯不亮黑灯瞎火', at: '温泉路', owner: 'chengguan', code: '09.1', town: '-' },
  { say: '窨井盖不见了', at: '永安大道和桂花路交叉口', owner: 'chengguan', town: '-' },
  { say: '城区主干道破损严重', owner: 'xianning-12345', code: '09.2', rule: 'city-duty' },
  // 市容: the street's is 城管, the town's is the town
  { say: '垃圾堆成山没人清', at: '桂花镇', owner: 'guihua', code: '10.1', rule: 'town-duty' },
  { say: '垃圾没人清臭死了', at: '咸安区永安', owner: 'chengguan', code: '10.1', rule: 'town-kind-duty' },
  { say: '占道经营卖菜的把路堵了', at: '桂花路社区', owner: 'chengguan', town: '温泉街道' },
  { say: '有人楼顶加盖违建', at: '贺胜桥镇', owner: 'heshengqiao', code: '10.3' },
  { say: '渣土车半夜抛洒', at: '横沟', owner: 'henggouqiao', code: '10.4' },
  { say: '垃圾桶满了', at: '温泉', owner: 'chengguan', town: '温泉街道' },
  { say: '官埠桥镇和横沟桥镇交界处垃圾成堆没人管', owner: 'hotline', rule: 'place-ambiguous', town: '-' },
  { say: '商贸物流区里面垃圾没人清', owner: 'shangmao', rule: 'zone-override' },
  { say: '大竹海里垃圾太多', owner: 'hotline', rule: 'zone-override' },
  // 水电气、交通、公安
  { say: '停水两天了', at: '双龙社区', owner: 'gongshui', code: '11.1', town: '永安街道' },
  { say: '湾里电压低空调带不起', at: '高桥镇白岩泉村', owner: 'gongdian', code: '11.2', town: '高桥镇' },
  { say: '小区什么时候开通天然气', kind: 'consult', owner: 'gongqi', code: '11.3' },
  { say: '通村公路被大货车压坏路了', at: '官埠桥镇小泉村', owner: 'jiaotong', code: '12.1', town: '官埠桥镇' },
  { say: '嘉鱼到咸安的班车拒载老人', owner: 'jiaotong', code: '12.2', town: '-' },
  { say: '家里被偷东西了,派出所没人来', owner: 'gongan', code: '13.1' },
  { say: '刷单被骗了三万', kind: 'help', owner: 'gongan', code: '13.2' },
  { say: '门口乱停车红绿灯也坏了', at: '长安大道', owner: 'jiaojing', code: '13.3' },
  // 市场、食品、环境
  { say: '理发店跑路,会员卡里还有一千', owner: 'shichang', code: '14.1' },
  { say: '停车场乱收费', owner: 'shichang', code: '14.2' },
  { say: '在超市买到过期食品,吃坏肚子', kind: 'report', owner: 'shichang', code: '15.1' },
  { say: '电梯坏了一个星期没人修', owner: 'shichang', code: '15.3' },
  { say: '化工厂半夜偷排,气味刺鼻', at: '向阳湖镇铁铺村', owner: 'shengtai', code: '16.1', town: '向阳湖镇' },
  { say: '工地半夜打桩睡不着', at: '浮山街道大畈社区', owner: 'chengguan', code: '16.2', town: '浮山街道' },
  { say: '广场舞音响太吵', at: '滨河社区', owner: 'gongan', code: '16.3', town: '温泉街道' },
  { say: '楼下烧烤店油烟扰民', owner: 'chengguan', code: '16.4' },
  // 自然资源、农业、水林、文旅
  { say: '房产证办不下来', owner: 'ziran', code: '17.1' },
  { say: '征地补偿款没到位', at: '横沟桥镇孙田村', owner: 'ziran', code: '17.2' },
  { say: '宅基地审批拖了一年', at: '柏墩', owner: 'guihua', code: '18.1', town: '桂花镇' },
  { say: '机耕路烂了拖拉机进不去', at: '大幕乡双垅村', owner: 'damu', code: '18.2' },
  { say: '种粮补贴少发了', at: '汀泗桥镇古塘村', owner: 'nongye', code: '18.3', town: '汀泗桥镇' },
  { say: '买到假种子颗粒无收', owner: 'nongye', code: '18.4' },
  { say: '有人在河道非法采砂', kind: 'report', at: '汀泗', owner: 'shuili', town: '汀泗桥镇' },
  { say: '后山乱砍滥伐毁林', kind: 'report', at: '刘家桥', owner: 'linye' },
  { say: '网吧让未成年进', kind: 'report', owner: 'wenlv', code: '20.2' },
  { say: '导游强迫购物,旅行社不退', owner: 'wenlv', code: '20.1' },
  // 涉企、综合
  { say: '惠企政策兑现不了,政府欠款两年', owner: 'fagai', code: '21.1' },
  { say: '窗口办事来回跑,审批慢', owner: 'zhengshu', code: '21.4' },
  { say: '饭店吃饭不开发票', kind: 'report', owner: 'shuiwu', code: '21.5' },
  { say: '退伍军人优待证怎么办', kind: 'consult', owner: 'tuiyi', code: '22.1' },
  { say: '消防通道被堵,电瓶车上楼充电', at: '三元社区', owner: 'xiaofang', code: '22.4', town: '永安街道' },
  { say: '宽带老断网速慢,乱扣话费', owner: 'tongxin', code: '22.5' },
  { say: '公积金怎么提取', kind: 'consult', owner: 'xianning-12345', code: '22.7' },
  { say: '感谢社区干部,点赞', kind: 'praise', owner: 'hotline', code: '22.9' },
  // 区外、法定途径、回避、不明
  { say: '垃圾没人管', at: '赤壁市陆水湖', owner: 'xianning-12345', rule: 'outside-district' },
  { say: '厂里不发工资', at: '武汉市江夏区', owner: 'xianning-12345', rule: 'outside-district' },
  { say: '垃圾乱倒', at: '通山县与大幕乡交界', owner: 'hotline', rule: 'outside-unsure' },
  { say: '武汉人来咸安开的店不退款', owner: 'shichang', code: '14.1' },
  { say: '已经申请劳动仲裁,老板还是不给工资', at: '双溪桥镇', owner: 'hotline', rule: 'statutory-route' },
  { say: '法院判决了对方不执行', owner: 'hotline', rule: 'statutory-route' },
  { say: '还没有起诉到法院,想先问问拖欠工资怎么办', at: '马桥镇', kind: 'consult', owner: 'maqiao' },
  { say: '我要申请政府信息公开', kind: 'help', owner: 'hotline', rule: 'statutory-route' },
  { say: '交警队工作人员收礼,红绿灯抓拍乱罚', owner: 'hotline', rule: 'recusal' },
  { say: '不晓得找哪个,麻烦帮忙看一下', kind: 'help', owner: 'hotline', rule: 'category-unsure' },
  { say: '请处理', at: '官埠桥镇', category: '03', owner: 'yibao', rule: 'department-duty' },
  { say: '请处理', at: '官埠桥镇', category: '18.1', owner: 'guanbuqiao', code: '18.1' },
  { say: '请处理', at: '官埠桥镇', category: '18', owner: 'hotline', rule: 'category-unsure' },
  { say: '广场舞音响太吵', category: '77.7', owner: 'gongan', code: '16.3' },
  // 全角、空格
  { say: '1 0 栋 的 电 梯 坏 了', at: '永安 街道', owner: 'shichang', code: '15.3', town: '永安街道' },
];
