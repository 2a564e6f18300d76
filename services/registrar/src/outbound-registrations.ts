import { deriveId } from '@voipbin/sql'

export type OutboundRegistration = {
  readonly id: string
  readonly registrar: string
  readonly aor: string
  readonly username: string
  readonly password: string
  readonly expires_s: number
}

const ENTRY = /^sip:([^:@;]+):([^@;]+)@([^;@]+)((?:;[^,]*)?)$/
const DEFAULT_EXPIRES_S = 600

/**
 * Carriers of the setting: `sip:user:password@registrar;expires=600;transport=tcp`. User and password may have escapes (`%40` for @).
 * @throws TypeError without the text, which has a password
 */
export function parseOutboundRegistrations(text: string): OutboundRegistration[] {
  const entries = text.split(',').map((entry) => entry.trim())
  return entries.filter((entry) => entry !== '').map((entry, index) => parseEntry(entry, index + 1))
}

function parseEntry(entry: string, position: number): OutboundRegistration {
  const [, user = '', secret = '', host = '', params = ''] = ENTRY.exec(entry) ?? []
  const expires = /;expires=(\d+)(?=;|$)/.exec(params)?.[1]
  const expires_s = expires === undefined ? DEFAULT_EXPIRES_S : Number(expires)
  if (host === '' || expires_s < 1 || expires_s > 86_400) {
    throw new TypeError(`VOIPBIN_OUTBOUND_REGISTRATIONS, entry ${position}: must be "sip:user:password@registrar;expires=600"`)
  }
  const registrar = `sip:${host}${params.replace(/;expires=\d+/, '')}`
  return {
    ...{ id: deriveId('outbound-registration', user, registrar), registrar, aor: `sip:${user}@${host.replace(/:\d+$/, '')}` },
    ...{ username: decodeURIComponent(user), password: decodeURIComponent(secret), expires_s },
  }
}
