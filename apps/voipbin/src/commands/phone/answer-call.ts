import { setTimeout as sleep } from 'node:timers/promises'
import { type Phone, type PhoneCall, playScript } from '@voipbin/phone'
import { OperatorError } from '../../operator.ts'
import { type CallFlags, type CallPart, callPart, concludeCall } from './call-part.ts'
import { type AccountFlags, numberOf, openPhone, secondsOf } from './flags.ts'
import { say, showEvents, showMessages, untilInterrupted } from './show.ts'

type AnswerFlags = AccountFlags &
  CallFlags & { readonly ring: string; readonly early?: boolean; readonly reject?: string; readonly timeout?: string }

/** Longest wait that a timer takes. */
const FOR_EVER_MS = 2 ** 31 - 1

/** `voipbin phone answer` */
export async function answerCall(flags: AnswerFlags): Promise<void> {
  const interrupted = untilInterrupted()
  const part = await callPart(flags, interrupted)
  const timeoutMs = flags.timeout === undefined ? FOR_EVER_MS : secondsOf('--timeout', flags.timeout)
  const phone = await openPhone(flags)
  try {
    showMessages(phone, flags)
    if (flags.registrar !== undefined) await phone.register()
    say(`Waiting for a call at ${phone.address}`)
    const call = await nextCall(phone, timeoutMs, interrupted)
    if (!call) return
    showEvents(call)
    await take(call, flags, part)
    // A rejection that was asked for is what should have come of it.
    if (flags.reject === undefined || part.expectations.length > 0) concludeCall(call, flags, part)
  } finally {
    if (flags.registrar !== undefined) await (await phone.registration()).unregister().catch(() => {})
    await phone.close()
  }
}

async function nextCall(phone: Phone, timeoutMs: number, interrupted: AbortSignal): Promise<PhoneCall | undefined> {
  const { promise: stopped, resolve } = Promise.withResolvers<undefined>()
  interrupted.addEventListener('abort', () => resolve(undefined), { once: true })
  try {
    return await Promise.race([phone.nextCall(timeoutMs), stopped])
  } catch {
    throw new OperatorError(`No call came in ${timeoutMs / 1000} s`)
  }
}

async function take(call: PhoneCall, flags: AnswerFlags, { script }: CallPart): Promise<void> {
  if (flags.reject !== undefined) {
    call.reject(numberOf('--reject', flags.reject))
    // Its ACK is waited for, so that it need not be repeated by a phone that is gone.
    await sleep(REJECT_MS)
    return
  }
  if (flags.early) {
    call.progress()
    if (script.source) void call.audio.play(script.source)
  } else call.ring()
  await Promise.race([sleep(secondsOf('--ring', flags.ring)), call.until('ended', { timeoutMs: FOR_EVER_MS })])
  if (call.ended) return
  call.answer()
  const { source: _said, ...rest } = script
  await playScript(call, flags.early ? rest : script)
}

const REJECT_MS = 500
