import type { Codec } from '@voipbin/phone'
import { codecNamed, Phone, type PhoneOptions } from '@voipbin/phone'
import { OperatorError } from '../../operator.ts'

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

/** Opens the phone that the flags describe. @throws OperatorError naming the flag that is wrong */
export async function openPhone(flags: AccountFlags, more: Partial<PhoneOptions> = {}): Promise<Phone> {
  const transport = flags.transport.toUpperCase()
  if (transport !== 'UDP' && transport !== 'TCP') throw new OperatorError(`Cannot use --transport "${flags.transport}": write udp or tcp`)
  const { user, password, username, registrar, domain, host } = flags
  const given = Object.fromEntries(Object.entries({ password, username, registrar, domain }).filter(([, value]) => value !== undefined))
  const port = numberOf('--port', flags.port)
  const codecs = codecsOf(flags.codecs)
  try {
    return await Phone.open({ user, host, port, transport, codecs, ...given, ...more })
  } catch (error) {
    throw new OperatorError(`Cannot open the phone on ${host}, port ${port}: ${textOf(error)}`, { cause: error })
  }
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
