/**
 * US dollars in US East (N. Virginia), list prices without free tiers. Noted from what others quote of the price pages, which change:
 * look there before a sum matters.
 */
export const PRICES = {
  noted: '2026-11',
  perTransition: 0.025 / 1000,
  perWriteUnit: 0.625 / 1e6,
  perReadUnit: 0.125 / 1e6,
  perCall: 0.2 / 1e6,
  /** Arm. */
  perGigabyteSecond: 0.0000133334,
  perQueueRequest: 0.4 / 1e6,
  /** REST API. */
  perApiRequest: 3.5 / 1e6,
  perFirewallRequest: 0.6 / 1e6,
  perSecretRequest: 0.05 / 10_000,
  perLogGigabyte: 0.5,
  /** A month. */
  tableGigabyte: 0.25,
  alarm: 0.1,
  metric: 0.3,
  dashboard: 3,
  secret: 0.4,
  key: 1,
  firewall: 5,
  firewallRule: 1,
} as const;
