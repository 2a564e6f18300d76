import type { Codec } from '@voipbin/phone'
import { codecNamed, Phone, type PhoneOptions } from '@voipbin/phone'
import { OperatorError } from '../../operator.ts'
import { localAddressTo } from '../../own-addresses.ts'

export type AccountFlags = {
  readonly user: string
  readonly password?: string
  readonly username?: string
  readonly registrar?: string
  readonly domain?: string
  readonly transport: string
  readonly host: string
  readonly port: string
  readonly codecs: string
  readonly messages?: boolean
  readonly quiet?: boolean
}

/** Opens the phone that the flags describe. @param to whom it will call. @throws OperatorError naming the flag that is wrong */
export async function openPhone(flags: AccountFlags, to = '', more: Partial<PhoneOptions> = {}): Promise<Phone> {
  const transport = flags.transport.toUpperCase()
  if (transport !== 'UDP' && transport !== 'TCP') throw new OperatorError(`Cannot use --transport "${flags.transport}": write udp or tcp`)
  const { user, password, username, registrar, domain } = flags
  const host = flags.host === AUTO ? await hostTowards(registrar ?? to) : flags.host
  const given = Object.fromEntries(Object.entries({ password, username, registrar, domain }).filter(([, value]) => value !== undefined))
  const port = numberOf('--port', flags.port)
  const codecs = codecsOf(flags.codecs)
  try {
    return await Phone.open({ user, host, port, transport, codecs, ...given, ...more })
  } catch (error) {
    throw new OperatorError(`Cannot open the phone on ${host}, port ${port}: ${textOf(error)}`, { cause: error })
  }
}

/** Value of --host. */
export const AUTO = 'auto'
const LOOPBACK = '127.0.0.1'

/** Where the other side reaches us; a phone that only waits is on this machine. */
async function hostTowards(address: string): Promise<string> {
  const [, bracketed, plain] = /^(?:sips?:)?(?:[^@]*@)?(?:\[([^\]]+)\]|([^:;>?[\]]+))/.exec(address) ?? []
  const host = bracketed ?? plain
  return (host && (await localAddressTo(host))) || LOOPBACK
}

function codecsOf(names: string): readonly Codec[] {
  return names.split(',').map((name) => {
    const codec = codecNamed(name.trim())
    if (!codec) throw new OperatorError(`Cannot use --codecs "${names}": "${name.trim()}" is none of PCMU, PCMA, L16`)
    return codec
  })
}

/** @throws OperatorError */
export function numberOf(flag: string, text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value) || value < 0) throw new OperatorError(`Cannot use ${flag} "${text}": it is no number`)
  return value
}

export const secondsOf = (flag: string, text: string): number => 1000 * numberOf(flag, text)

export const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
