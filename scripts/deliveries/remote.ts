/** The hotline API as the deliveries' commands call it. */
import { type Answer, connectAs, type Remote, type RemoteOptions, successfulOr } from '../shared/remote.ts';

export const connect = (options: RemoteOptions): Promise<Remote> =>
  connectAs({ sub: 'deliveries-cli', whose: '派单员或负责人' }, options);

const REFUSALS: Readonly<Record<string, string>> = {
  tokenInvalid: '令牌无效或过期',
  roleForbidden: '只有派单员(dispatcher)和负责人(leader)能重投、跳过和启用',
  notDead: '这条投递不是死信,不用重投或跳过',
  endpointDisabled: '该单位端点已停用,先启用:npm run deliveries -- enable --unit … --reason …',
  notFound: '没有这条投递或这个单位',
  bodyInvalid: '参数不合要求',
};

/** @throws Failure in the operator's words when the answer is a problem */
export const successful = (answer: Answer): unknown => successfulOr(REFUSALS, answer);
