import { describeEvent, type LadderStep, type Phone, type PhoneCall, renderMessage, renderStep } from '@voipbin/phone'

/** Shows messages as they pass: one line each, or whole. */
export function showMessages(phone: Phone, flags: { readonly messages?: boolean; readonly quiet?: boolean }): void {
  if (flags.quiet) return
  phone.ladder.onStep((step: LadderStep) => {
    say(renderStep(step))
    if (flags.messages) say(`${renderMessage(step.message).trimEnd().replace(/^/gm, '    ')}\n`)
  })
}

/** Shows what happens to a call that is no message: digits, what was agreed on, the end. */
export function showEvents(call: PhoneCall): void {
  call.onEvent((event) => {
    if (event.type !== 'ringing') say(`${' '.repeat(10)}  * ${describeEvent(event)}`)
  })
}

export const say = (line: string): void => {
  process.stdout.write(`${line}\n`)
}

/** Aborts on the first Ctrl-C, so that calls are hung up and registrations removed; a second one ends the process as ever. */
export function untilInterrupted(): AbortSignal {
  const controller = new AbortController()
  process.once('SIGINT', () => controller.abort())
  process.once('SIGTERM', () => controller.abort())
  return controller.signal
}
