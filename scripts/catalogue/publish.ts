/** `catalogue publish`, `rollback`, `status`: which catalogue a running stack routes by. */
import { CatalogueStatus, type PublishCatalogue } from '#schemas/catalogue.ts';
import { CatalogueVersion } from '#schemas/district.ts';
import { minute } from '../shared/words.ts';
import { type Answer, connect, type RemoteOptions, successful } from './remote.ts';
import { Failure, type FolderChoice, openFolder, required, UsageError } from './words.ts';

export interface PublishOptions extends FolderChoice, RemoteOptions {
  readonly version?: string | undefined;
  readonly source?: string | undefined;
  readonly reason?: string | undefined;
}

export async function publish(options: PublishOptions): Promise<void> {
  const reason = required(options.reason, 'reason');
  if (options.version !== undefined && !CatalogueVersion.safeParse(options.version).success) {
    throw new UsageError('--version 只能用字母、数字、点和短横,如 2027.01,至多 40 个');
  }
  // Proved here first: the clerk then reads the spreadsheet's rows, not positions in a list.
  const { catalogue, attributes } = openFolder(options);
  const body: PublishCatalogue = {
    version: options.version ?? catalogue.version,
    source: options.source ?? catalogue.source,
    standIn: catalogue.standIn,
    rows: catalogue.rows,
    attributes,
    reason,
  };
  const call = await connect(options);
  const answer = await call('POST', '/hotline/catalogue/versions', body);
  const refused = answer.problem?.code === 'catalogueRejected' ? answer.problem.errors : undefined;
  if (refused !== undefined) {
    const lines = refused.map(({ pointer, detail }) => {
      const [, at, column] = /^\/rows\/(\d+)\/(\w+)$/.exec(pointer) ?? [];
      const row = at === undefined ? undefined : catalogue.rows[Number(at)];
      return `  ✗ ${row === undefined ? pointer : `${row.code}「${column}」`} ${detail}`;
    });
    throw new Failure(`与正在运行的单位、镇街、类别名单对不上,没有发布:\n${lines.join('\n')}`);
  }
  const { followsWithinSeconds } = tell(answer);
  console.log(
    `${followsWithinSeconds} 秒内新工单按它派;以前的工单不变。有误随时 npm run catalogue -- rollback --reason …`,
  );
}

export async function rollback(options: RemoteOptions & { readonly reason?: string | undefined }): Promise<void> {
  const reason = required(options.reason, 'reason');
  const call = await connect(options);
  const { followsWithinSeconds } = tell(await call('POST', '/hotline/catalogue/rollback', { reason }));
  console.log(`${followsWithinSeconds} 秒内新工单按它派。`);
}

export async function status(options: RemoteOptions): Promise<void> {
  const call = await connect(options);
  const { versions, changes } = tell(await call('GET', '/hotline/catalogue'));
  if (versions.length > 0) console.log('\n发布过的版本');
  for (const { version, rows, publishedAt, by, source } of versions) {
    console.log(`  ${version}  ${rows} 行  ${minute(publishedAt)}  ${by}  ${source}`);
  }
  if (changes.length > 0) console.log('\n变更记录');
  for (const { action, from, to, at, by, reason } of changes) {
    const name = (version: string | undefined) => version ?? '随部署目录';
    console.log(
      `  ${minute(at)}  ${action === 'published' ? '发布' : '回退'} ${name(from)} → ${name(to)}  ${by}:${reason}`,
    );
  }
}

function tell(answer: Answer): CatalogueStatus {
  const status = CatalogueStatus.parse(successful(answer));
  const { current, previous, deployed } = status;
  const origin = current.origin === 'deployed' ? '随部署带来' : '已发布';
  console.log(`正在使用:${current.version}(${origin})`);
  if (previous !== undefined) console.log(`回退则用:${previous}`);
  if (current.origin === 'published') console.log(`随部署带来:${deployed}`);
  return status;
}
