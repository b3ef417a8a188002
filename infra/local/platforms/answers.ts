/** What the demo department writes: plain, plausible answers (办理情况、答复) by kind of request, free of personal data. */
import type { Kind } from '#schemas/common.ts';

const WORK: Record<Kind, string> = {
  consult: '已核对现行政策文件和办事指南，确认适用条件、所需材料和办理时限',
  help: '已派工作人员到现场核实，当场协调处理，并安排专人跟进至问题解决',
  complaint: '已到现场核查，反映的问题属实，已约谈有关责任方并责令限期整改，整改结果已复核',
  report: '已立案核查，对查实的问题依法作出处理，线索已登记备查',
  suggestion: '已会同有关股室研究，合理部分已列入近期工作安排',
  praise: '已将表扬转达有关单位和个人，并在单位内通报',
};

const OUTCOME: Record<Kind, string> = {
  consult: '请按办事指南准备材料，到就近的便民服务中心窗口或在网上政务服务平台办理，一般当场受理。',
  help: '目前问题已处理完毕，如再次出现类似情况，请随时拨打12345，我们将及时处理。',
  complaint: '目前整改已完成，我们将加强日常巡查，防止问题反弹。',
  report: '后续将加强监管，感谢您对监管工作的支持。',
  suggestion: '感谢您的宝贵建议，落实情况将及时公开。',
  praise: '感谢您的肯定，我们将继续做好服务。',
};

/** 办理情况: for the hotline's reviewer only. */
export function handlingNote(kind: Kind, category: string | undefined): string {
  return `接单后${category === undefined ? '' : `就“${category}”事项`}${WORK[kind]}；已联系诉求人说明办理情况。`;
}

/** 公开答复: what the citizen reads once the hotline let it pass. */
export function publicAnswer(kind: Kind, category: string | undefined): string {
  const about = category === undefined ? '您反映的事项' : `您反映的“${category}”事项`;
  return `您好！${about}收悉。经办理，${WORK[kind]}。${OUTCOME[kind]}`;
}
