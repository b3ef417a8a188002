/**
 * What WeChat's `errcode`s mean for us: one table for all calls behind the access token. Sources: 全局错误码, 发送订阅消息 and
 * 文本内容安全识别 of the server API's documentation.
 */

/**
 * `busy`: the same call may pass later. `account`: a person must mend something at WeChat first (secret, IP list, rights);
 * the message waits on the queue and then on its dead-letter queue, and nothing is lost. `noConsent`: this citizen doesn't
 * want it. `rejected`: a value of ours is wrong and stays wrong.
 */
export type ErrorClass = 'busy' | 'account' | 'noConsent' | 'rejected';

const CODES: Readonly<Record<ErrorClass, readonly number[]>> = {
  busy: [
    -1, // 系统繁忙
    40001, // 凭证无效: only after a fresh token was refused as well
    40014,
    42001,
    43108, // 并发下发给同一用户 (unsure)
    44991, // 内容安全: 超出每分钟调用上限 (unsure)
    45009, // 调用超过每日限额
    45011, // 调用太频繁
  ],
  account: [
    40013, // 不合法的 appid
    40125, // 不合法的 appsecret
    40164, // 调用 IP 不在白名单
    40243, // AppSecret 已冻结
    48001, // 接口未授权
    48004, // 接口被封禁
    50002, // 账号受限
    61004, // IP 未登记
    61007, // 未授权给第三方平台
  ],
  noConsent: [43101], // 用户拒绝接受或未订阅
  rejected: [
    40003, // openid 不正确
    40037, // 模板 id 不正确
    40129, // 内容安全: 场景值错误
    41030, // page 不正确
    43104, // appid 与 openid 不匹配 (unsure)
    45002, // 内容超长
    47001, // 数据格式错误
    47003, // 模板参数不准确
    61010, // 内容安全: 用户近两小时未访问小程序
  ],
};

const CLASSES: ReadonlyMap<number, ErrorClass> = new Map(
  Object.entries(CODES).flatMap(([name, codes]) => codes.map((code) => [code, name as ErrorClass] as const)),
);

/** A code that isn't listed counts as busy: tried again, and then kept for a person to look at. */
export const classOf = (errcode: number): ErrorClass => CLASSES.get(errcode) ?? 'busy';
