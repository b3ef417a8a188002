/** 派单目录接口: which version is in use, publishing a new one, going back to the one before. Only a leader changes it. */

import { toShanghai } from '#domain/calendar/shanghai.ts';
import { published, rolledBack } from '#domain/routing/catalogue-pointer.ts';
import { type Finding, proveAttributes, proveCatalogue } from '#domain/routing/proof.ts';
import { mayManageCatalogue } from '#domain/ticket/roles.ts';
import { FRESH_MS, forgetDistrict, lastGood } from '#functions/adapters/catalogue-overlay.ts';
import { CatalogueTooLarge, catalogueStore } from '#functions/adapters/catalogue-store.ts';
import { deployedDistrict } from '#functions/adapters/district.ts';
import { officeNow } from '#functions/adapters/office-clock.ts';
import { canonicalJson } from '#functions/shared/canonical.ts';
import { type Routes, readJson } from '#functions/shared/http.ts';
import { log } from '#functions/shared/log.ts';
import { authenticateOperator, type Operator } from '#functions/shared/operator.ts';
import { ProblemError, parseBody } from '#functions/shared/problem.ts';
import {
  type CatalogueChange,
  CatalogueContent,
  type CataloguePointer,
  type CatalogueStatus,
  PublishCatalogue,
  RollBackCatalogue,
} from '#schemas/catalogue.ts';
import type { FieldError } from '#schemas/problem.ts';

export const catalogueRoutes: Routes = {
  async 'GET /hotline/catalogue'(request) {
    await authenticateOperator(request.headers);
    return { status: 200, body: await status() };
  },

  /** 201: stored and in use; 200: it was stored before and is in use. */
  async 'POST /hotline/catalogue/versions'(request) {
    const operator = await authenticateLeader(request.headers);
    const { version, source, standIn, rows, attributes, reason } = parseBody(PublishCatalogue, readJson(request));
    const deployed = deployedDistrict().catalogue;
    const catalogue = { version, standIn: standIn ?? deployed.standIn, source, rows };
    const content = CatalogueContent.parse({ catalogue, attributes });
    const errors = misfits(content);
    if (errors.length > 0) throw new ProblemError('bodyInvalid', { code: 'catalogueRejected', errors });
    const held = await heldAs(content);
    if (held === 'other') {
      const detail = 'a version never changes: choose another one for the new content';
      throw new ProblemError('catalogueConflict', { code: 'versionExists', detail });
    }
    const pointer = await catalogueStore().pointer();
    const next = published(pointer, version);
    if (next !== undefined) {
      const change = { action: 'published', source, rows: rows.length, reason } as const;
      await point(pointer, next, change, operator, held === 'no' ? content : undefined);
    }
    return { status: held === 'no' ? 201 : 200, body: await status() };
  },

  /** 回退 in one step: to the version before, in the end to the deployed one. */
  async 'POST /hotline/catalogue/rollback'(request) {
    const operator = await authenticateLeader(request.headers);
    const { reason } = parseBody(RollBackCatalogue, readJson(request));
    const pointer = await catalogueStore().pointer();
    const { content } = await lastGood(pointer);
    // Back from what is in use: what was refused on the way to it is in nobody's hands.
    const next = rolledBack(pointer, content?.catalogue.version);
    if (next === undefined) {
      const detail = 'the catalogue of the deployed district folder is in use';
      throw new ProblemError('catalogueConflict', { code: 'nothingBefore', detail });
    }
    const { content: target } = await lastGood(next);
    await point(pointer, reached(next, target), { action: 'rolledBack', reason }, operator);
    return { status: 200, body: await status() };
  },
};

async function authenticateLeader(headers: Readonly<Record<string, string>>): Promise<Operator> {
  const operator = await authenticateOperator(headers);
  if (!mayManageCatalogue(operator.role)) throw new ProblemError('roleForbidden');
  return operator;
}

/** The proof as field errors; as many as help. Rows and units are the office's own words, not a citizen's. */
function misfits({ catalogue, attributes }: CatalogueContent): FieldError[] {
  const book = { ...deployedDistrict(), attributes };
  const errors = (list: 'rows' | 'attributes', findings: readonly Finding[]) =>
    findings.map(({ row, column, problem, remedy }) => ({
      pointer: `/${list}/${row}/${column}`,
      detail: `${problem}。${remedy}`,
    }));
  return [
    ...errors('attributes', proveAttributes(attributes)),
    ...errors('rows', proveCatalogue(catalogue.rows, book)),
  ].slice(0, 100);
}

/** The deployed catalogue is a version, too: nobody else may have its name. */
async function heldAs(content: CatalogueContent): Promise<'no' | 'same' | 'other'> {
  const { catalogue, attributes } = deployedDistrict();
  const { version } = content.catalogue;
  const deployed = { ...content.catalogue, rows: catalogue.rows };
  if (version === catalogue.version && canonicalJson(content) !== canonicalJson({ catalogue: deployed, attributes })) {
    return 'other';
  }
  try {
    return await catalogueStore().held(content);
  } catch (error) {
    if (!(error instanceof CatalogueTooLarge)) throw error;
    throw new ProblemError('bodyInvalid', { code: 'catalogueTooLarge', detail: error.message });
  }
}

/** Versions that no longer fit the deployed folder are passed over: what is pointed to is what everybody uses. */
function reached(next: CataloguePointer, target: CatalogueContent | undefined): CataloguePointer {
  const { revision } = next;
  if (target === undefined) return { before: [], revision };
  const { version } = target.catalogue;
  const stack = [...(next.version === undefined ? [] : [next.version]), ...next.before];
  return { version, before: stack.slice(stack.indexOf(version) + 1), revision };
}

type What = Pick<CatalogueChange, 'action' | 'source' | 'rows' | 'reason'>;

async function point(
  pointer: CataloguePointer | undefined,
  next: CataloguePointer,
  what: What,
  operator: Operator,
  stored?: CatalogueContent,
): Promise<void> {
  const change: CatalogueChange = {
    revision: next.revision,
    ...what,
    ...(pointer?.version === undefined ? {} : { from: pointer.version }),
    ...(next.version === undefined ? {} : { to: next.version }),
    at: toShanghai(officeNow()),
    by: operator.id,
  };
  if ((await catalogueStore().point(next, change, stored)) === 'conflict') {
    const detail = 'somebody else changed the catalogue at the same moment: look again';
    throw new ProblemError('catalogueConflict', { code: 'changedMeanwhile', detail });
  }
  forgetDistrict();
  log.info('catalogue changed', { code: what.action, generation: next.revision, at: change.at });
}

async function status(): Promise<CatalogueStatus> {
  const store = catalogueStore();
  const [pointer, changes] = await Promise.all([store.pointer(), store.changes()]);
  const deployed = deployedDistrict().catalogue.version;
  const { content, refused } = await lastGood(pointer);
  const inUse = content?.catalogue.version;
  const stack = pointer?.version === undefined ? [] : [pointer.version, ...pointer.before];
  const [change] = changes.filter(({ to }) => to === inUse);
  const seen = new Set<string>();
  return {
    current: {
      version: inUse ?? deployed,
      origin: inUse === undefined ? 'deployed' : 'published',
      ...(change === undefined ? {} : { since: change.at, by: change.by }),
    },
    ...(inUse === undefined ? {} : { previous: stack[stack.indexOf(inUse) + 1] ?? deployed }),
    ...(refused.length === 0 ? {} : { refused: [...refused] }),
    deployed,
    // The first change that named a version is the one that stored it; the list is newest first.
    versions: changes
      .toReversed()
      .flatMap(({ action, to, source, rows, at, by }) => {
        if (action !== 'published' || to === undefined || seen.has(to)) return [];
        seen.add(to);
        return [{ version: to, source: source ?? '', rows: rows ?? 0, publishedAt: at, by }];
      })
      .toReversed(),
    changes,
    followsWithinSeconds: FRESH_MS / 1000,
  };
}
