/** 办理事项: what each act is called, asks for and does; the forms are made of this. */
import type { ClerkAct, ClerkTask } from '#schemas/clerk.ts';

export interface Field {
  /** As in the command. */
  readonly name: string;
  readonly label: string;
  readonly help?: string;
  readonly kind: 'text' | 'line' | 'choice' | 'moment';
  readonly required: boolean;
  /** Characters, of texts and lines. */
  readonly max?: number;
  readonly options?: (choices: ClerkTask['choices']) => readonly { readonly code: string; readonly name: string }[];
}

export interface ActForm {
  readonly name: string;
  /** The usual next step; the others are for when it doesn't fit. */
  readonly main: boolean;
  /** What the clerk confirms. */
  readonly confirm: string;
  readonly done: string;
  readonly fields: readonly Field[];
}

export const ACTS: Readonly<Record<ClerkAct, ActForm>> = {
  sign: {
    name: '签收',
    main: true,
    confirm: '确认签收这件工单？',
    done: '已签收',
    fields: [],
  },
  accept: {
    name: '受理',
    main: true,
    confirm: '确认受理这件工单？受理后由贵单位负责办结，不能再退单。',
    done: '已受理',
    fields: [],
  },
  return: {
    name: '退单',
    main: false,
    confirm: '确认退单？退单由热线办审核，审核期间不能签收或办理。',
    done: '已提交退单，等待热线办审核',
    fields: [
      { name: 'reasonCode', label: '退单原因', kind: 'choice', required: true, options: (from) => from.returnReasons },
      { name: 'reason', label: '具体理由', kind: 'text', required: true, max: 1000 },
      {
        name: 'legalBasis',
        label: '依据',
        help: '写明法律、法规、“三定”规定或文件的名称和条款。',
        kind: 'line',
        required: true,
        max: 500,
      },
      {
        name: 'suggestedDepartment',
        label: '建议承办单位',
        kind: 'choice',
        required: true,
        options: (from) => from.units,
      },
    ],
  },
  contact: {
    name: '登记首次联系',
    main: false,
    confirm: '确认已经与诉求人联系？',
    done: '已登记首次联系',
    fields: [{ name: 'note', label: '联系情况', kind: 'text', required: false, max: 1000 }],
  },
  requestExtension: {
    name: '申请延期',
    main: false,
    confirm: '确认申请延期？批准之前，原来的时限照常计算。',
    done: '已提交延期申请，等待热线办审核',
    fields: [
      { name: 'newDeadline', label: '延长到', help: '北京时间。', kind: 'moment', required: true },
      { name: 'reason', label: '延期理由', kind: 'text', required: true, max: 1000 },
    ],
  },
  reportOnSite: {
    name: '上报现场核查及初步意见',
    main: true,
    confirm: '确认上报？局长督办的工单，上报之后才能答复。',
    done: '已上报现场核查及初步意见',
    fields: [{ name: 'note', label: '核查情况和初步意见', kind: 'text', required: true, max: 2000 }],
  },
  progress: {
    name: '登记办理进展',
    main: false,
    confirm: '确认登记这条办理进展？',
    done: '已登记办理进展',
    fields: [{ name: 'note', label: '进展情况', kind: 'text', required: true, max: 2000 }],
  },
  reply: {
    name: '答复',
    main: true,
    confirm: '确认提交答复？提交后由热线办审核，审核通过后群众可以看到“给群众的答复”。',
    done: '已提交答复，等待热线办审核',
    fields: [
      { name: 'resultCode', label: '办理结果', kind: 'choice', required: true, options: (from) => from.results },
      {
        name: 'handling',
        label: '办理过程',
        help: '供热线办审核，不给群众看。',
        kind: 'text',
        required: true,
        max: 5000,
      },
      {
        name: 'publicAnswer',
        label: '给群众的答复',
        help: '请不要写诉求人或其他人的姓名、电话、住址。',
        kind: 'text',
        required: true,
        max: 2000,
      },
    ],
  },
};

/** A field's value as the command wants it. */
export const commandValue = ({ kind }: Field, value: string): string =>
  kind === 'moment' ? `${value}:00+08:00` : value.trim();
