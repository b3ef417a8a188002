/** Who speaks: the unit whose secret signed the request. */
import type { Department } from '#functions/adapters/department-secrets.ts';
import { refreshedSecret, secret } from '#functions/adapters/secrets.ts';
import type { Request } from '#functions/shared/http.ts';
import { signatureRefused } from '#functions/shared/signed-request.ts';
import { STANDARD, type Verified, verify, WITH_SM3 } from '#functions/shared/signing.ts';

/** An unknown unit answers exactly like a wrong signature. @throws ProblemError 401 */
export async function authenticate(request: Request): Promise<{ departmentId: string; webhookId: string }> {
  const departmentId = request.params.departmentId ?? '';
  const check = (departments: Readonly<Record<string, Department>>): Verified => {
    const { keys = [], sm3 = false } = Object.hasOwn(departments, departmentId)
      ? (departments[departmentId] ?? {})
      : {};
    return verify(keys, request.headers, request.body, Date.now(), sm3 ? WITH_SM3 : STANDARD);
  };
  let verified = check(await secret('DEPARTMENTS_SECRET'));
  // The unit may already use a key that was added within the last minutes.
  if (!verified.ok && verified.fault === 'noMatch') verified = check(await refreshedSecret('DEPARTMENTS_SECRET'));
  if (!verified.ok) throw signatureRefused(verified.fault);
  return { departmentId, webhookId: verified.id };
}
