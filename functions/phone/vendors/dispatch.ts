/** The door of the phone vendors: find the vendor, let it authenticate, read, map; take the news; answer as it expects. */
import { secret } from '#functions/adapters/secrets.ts';
import type { Reply, Request } from '#functions/shared/http.ts';
import { intake } from '#functions/shared/intake.ts';
import { log } from '#functions/shared/log.ts';
import { ProblemError } from '#functions/shared/problem.ts';
import { IntakeReceipt, type PhoneRequest } from '#schemas/intake.ts';
import { knownOf, linkForm, takeCall, withCallRecord } from './calls.ts';
import { huawei } from './huawei/vendor.ts';
import { tccc } from './tccc/vendor.ts';
import { tencentSms } from './tencent-sms/vendor.ts';
import type { News, PhoneVendor, VendorSecrets } from './vendor.ts';

/** A vendor with its types closed over, so that all fit into one list. */
interface Mounted {
  readonly name: string;
  configured(secrets: VendorSecrets): boolean;
  receive(request: Request, secrets: VendorSecrets): Promise<{ news: News; acknowledgement: unknown }>;
}

const mount = <Credentials, Push>(vendor: PhoneVendor<Credentials, Push>): Mounted => ({
  name: vendor.name,
  configured: (secrets) => vendor.credentials(secrets) !== undefined,
  async receive(request, secrets) {
    const credentials = vendor.credentials(secrets);
    if (credentials === undefined) throw new ProblemError('notFound');
    await vendor.authenticate(request, credentials);
    return { news: vendor.map(vendor.parse(request)), acknowledgement: vendor.acknowledgement };
  },
});

/** A new vendor is a folder and a line here. */
const callVendors = [mount(tccc), mount(huawei)];
const vendors = [...callVendors, mount(tencentSms)];

/** A damaged call keeps no other waiting; when so many fail, it is the store, and trying the rest only takes time. */
const MOST_FAILURES = 3;

/** `POST /channels/phone/vendors/{vendor}`. @throws ProblemError 404, 401, 415, 422, 503. */
export async function vendorPush(request: Request): Promise<Reply> {
  const vendor = vendors.find(({ name }) => name === request.params.vendor);
  if (vendor === undefined) throw new ProblemError('notFound');
  const { vendors: secrets = {} } = await secret('PHONE_SECRET');
  const { news, acknowledgement } = await vendor.receive(request, secrets);
  for (const counted of news.counts) log.info('vendor push', { channel: 'phone', ...counted });
  const failures: unknown[] = [];
  // One after the other: two records of one push may tell of the same call.
  for (const call of news.calls) {
    if (failures.length === MOST_FAILURES) break;
    await takeCall(vendor.name, call).catch((error: unknown) => failures.push(error));
  }
  // The vendor brings all of them again; those that were taken change nothing then.
  if (failures.length > 0) throw failures[0];
  return { status: 200, body: acknowledgement };
}

/** The seat's form, completed with what the configured vendors told of its call, and linked with what they will tell. */
export async function takeForm(form: PhoneRequest): Promise<Reply> {
  const { vendors: secrets = {} } = await secret('PHONE_SECRET');
  const names = callVendors.filter((vendor) => vendor.configured(secrets)).map(({ name }) => name);
  if (names.length === 0) return intake({ channel: 'phone', body: form });
  const known = await knownOf(form.call.callId, names);
  const body = await withCallRecord(form, known);
  const reply = await intake({ channel: 'phone', body });
  // Also on a replay: the first try may have ended before the link. Until it is there, the form isn't acknowledged.
  await linkForm(body, IntakeReceipt.parse(reply.body).ticketNo, known);
  return reply;
}
