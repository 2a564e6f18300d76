import { playScript } from '@voipbin/phone'
import { OperatorError } from '../../operator.ts'
import { type CallFlags, callPart, concludeCall } from './call-part.ts'
import { type AccountFlags, openPhone, secondsOf } from './flags.ts'
import { showEvents, showMessages, untilInterrupted } from './show.ts'

type DialFlags = AccountFlags & CallFlags & { readonly header?: readonly string[]; readonly timeout: string }

/** `voipbin phone dial` */
export async function dialCall(to: string, flags: DialFlags): Promise<void> {
  const interrupted = untilInterrupted()
  const part = await callPart(flags, interrupted)
  const headers = (flags.header ?? []).map(readHeader)
  const timeoutMs = secondsOf('--timeout', flags.timeout)
  const phone = await openPhone(flags, to)
  try {
    showMessages(phone, flags)
    const call = await phone.dial(to, { headers })
    showEvents(call)
    interrupted.addEventListener('abort', () => void call.hangUp(), { once: true })
    const isAnswered = await call.answered(timeoutMs).then(
      () => true,
      () => false,
    )
    if (isAnswered) await playScript(call, part.script)
    else await call.hangUp()
    concludeCall(call, flags, part)
  } finally {
    await phone.close()
  }
}

function readHeader(text: string): readonly [string, string] {
  const [, name, value] = /^([A-Za-z0-9-]+):\s*(.*)$/.exec(text) ?? []
  if (name === undefined || value === undefined) throw new OperatorError(`Cannot send --header "${text}": write "Name: value"`)
  return [name, value]
}
