import { RegistrationFailed } from '@voipbin/phone'
import { OperatorError } from '../../operator.ts'
import { type AccountFlags, numberOf, openPhone, secondsOf } from './flags.ts'
import { say, showMessages, untilInterrupted } from './show.ts'

type RegisterFlags = AccountFlags & { readonly expires: string; readonly duration?: string }

/** `voipbin phone register` */
export async function registerPhone(flags: RegisterFlags): Promise<void> {
  if (flags.registrar === undefined) throw new OperatorError('Cannot register: name the registrar with --registrar sip:ADDRESS')
  const expiresSeconds = numberOf('--expires', flags.expires)
  const durationMs = flags.duration === undefined ? undefined : secondsOf('--duration', flags.duration)
  const interrupted = untilInterrupted()
  const { promise: over, resolve, reject } = Promise.withResolvers<void>()
  const phone = await openPhone(flags, '', { onRegistrationLost: (reason) => reject(new OperatorError(reason)) })
  try {
    showMessages(phone, flags)
    const registration = await phone.registration({ expiresSeconds })
    const granted = await registration.register()
    say(`Registered as ${flags.user} for ${granted} s; Ctrl-C unregisters`)
    interrupted.addEventListener('abort', () => resolve(), { once: true })
    const timer = durationMs === undefined ? undefined : setTimeout(resolve, durationMs)
    await over
    clearTimeout(timer)
    await registration.unregister()
    say('Unregistered')
  } catch (error) {
    throw error instanceof RegistrationFailed ? new OperatorError(error.message) : error
  } finally {
    await phone.close()
  }
}
