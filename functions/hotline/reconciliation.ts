/** 对账 for the hotline office: what a unit is compared with, for whoever may look. */
import { district } from '#functions/adapters/district.ts';
import type { Routes } from '#functions/shared/http.ts';
import { authenticateOperator } from '#functions/shared/operator.ts';
import { ProblemError } from '#functions/shared/problem.ts';
import { reconciliationReply } from '#functions/shared/reconciliation.ts';

export const reconciliationRoutes: Routes = {
  async 'GET /hotline/departments/{departmentId}/reconciliation'(request) {
    await authenticateOperator(request.headers);
    const { departments, desk } = district();
    const unit = departments.find(({ id }) => id === request.params.departmentId && id !== desk);
    if (unit === undefined) throw new ProblemError('notFound');
    return reconciliationReply(request, unit.id);
  },
};
