/**
 * What the web ACL refuses in front of the API, as data. The limits per method (`rate-limits.ts`) protect the doors from each
 * other; these protect them from one address, and from what no caller of ours sends. A rule that blocks wrongly loses a
 * citizen's request, because platforms give up a push that is refused: so the managed rules judge no free text.
 */

/** Requests that one address may send in five minutes; WAF counts within a minute of the truth. */
export interface AddressLimit {
  readonly id: string;
  readonly requests: number;
  /** Beginnings of paths; absent: all. */
  readonly paths?: readonly string[];
  readonly reason: string;
}

export const ADDRESS_WINDOW_SECONDS = 300;

export const ADDRESS_LIMITS: readonly AddressLimit[] = [
  {
    id: 'anybody',
    requests: 6000,
    reason:
      'Twenty a second. A whole call centre, all units of the extranet, or WeChat’s push stand behind one address each; a ' +
      'day’s backlog of forms is some hundred, thirty seats that reload their lists are some two thousand.',
  },
  {
    id: 'guessers',
    requests: 1000,
    // Not the signed doors: there is nothing to guess there, and a push that is refused is lost.
    paths: ['/tickets/', '/clerk', '/channels/wechat/sessions'],
    reason:
      'Doors where a short code or a login is tried. A mobile operator hides some hundred citizens behind one address, each ' +
      'with a few calls; who tries codes needs 10¹⁵.',
  },
];

/**
 * Where a body is more than 8 KB by contract or holds what people wrote: 10,000 characters of Chinese are 30 KB, a published
 * catalogue 200 KB, and a citizen may well quote a link or a piece of markup that looks like an attack. Nothing of ours runs
 * or shows a body unescaped. Elsewhere the body rules block.
 */
export const FREE_TEXT_PATHS: readonly string[] = [
  '/channels/',
  '/tickets/',
  '/departments/',
  '/clerk/commands',
  '/hotline/',
];

/** Rules of AWSManagedRulesCommonRuleSet that look into the body; each with the end of the label that it leaves. */
export const BODY_RULES: Readonly<Record<string, string>> = {
  SizeRestrictions_BODY: 'SizeRestrictions_Body',
  EC2MetaDataSSRF_BODY: 'EC2MetaDataSSRF_Body',
  GenericLFI_BODY: 'GenericLFI_Body',
  GenericRFI_BODY: 'GenericRFI_Body',
  CrossSiteScripting_BODY: 'CrossSiteScripting_Body',
};

/** Rules that only count, everywhere, with the reason. */
export const COUNTED_RULES: Readonly<Record<string, string>> = {
  NoUserAgent_HEADER: 'Programs of departments and platforms often send none; the contract does not ask for one.',
};
