/** The hotline API as the catalogue's commands call it. */
import { type Answer, connectAs, type Remote, type RemoteOptions, successfulOr } from '../shared/remote.ts';

export type { Answer, RemoteOptions } from '../shared/remote.ts';

export const connect = (options: RemoteOptions): Promise<Remote> =>
  connectAs({ sub: 'catalogue-cli', whose: '负责人' }, options);

const REFUSALS: Readonly<Record<string, string>> = {
  tokenInvalid: '令牌无效或过期',
  roleForbidden: '只有负责人(leader)能发布和回退目录;派单员和负责人能取纠正',
  versionExists: '这个版本号已经用过,内容不同:换一个版本号(district.json 的 catalogue.version,或 --version)',
  nothingBefore: '正在使用的就是随部署带来的目录,没有可回退的',
  versionUnfit: '前一个版本与现在部署的单位、镇街对不上,不能回退到它:请发布一个新版本',
  changedMeanwhile: '刚才有别人改了目录:先看 status,再决定',
  catalogueTooLarge: '目录太大,压缩后也超过 400 KB',
  payloadTooLarge: '目录太大,超过 256 KB',
};

/** @throws Failure in the clerk's words when the answer is a problem */
export const successful = (answer: Answer): unknown => successfulOr(REFUSALS, answer);
