/** Why a request was not let in: the label `rule` of `voipbin_sip_refused_total`, and in the log. */
export const rules = [
  // Silence.
  'banned',
  'scanner',
  'malformed',
  // 503.
  'overload_calls',
  'overload_lateness',
  'overload_queue',
  'registrar_unavailable',
  'anonymous_rate',
  'options_rate',
  // 401. The first two are how authentication goes and no fault.
  'no_credentials',
  'stale_nonce',
  'replayed_nonce',
  // 403, 404, 4xx.
  'wrong_digest',
  'guessed_user',
  'unknown_domain',
  'not_allowed',
  'wrong_address_of_record',
  'bad_registration',
  'interval_too_brief',
  'too_many_contacts',
  'out_of_order',
] as const
export type Rule = (typeof rules)[number]

/** Part of every authentication: counted, but nothing to tell anybody. */
export const isRoutine = (rule: Rule): boolean => rule === 'no_credentials' || rule === 'stale_nonce'
