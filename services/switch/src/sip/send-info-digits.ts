import { type Clock, sleep } from '@voipbin/service-kit'
import { dtmfRelay } from './info-digits.ts'
import type { Session } from './session.ts'

type Digits = {
  readonly session: Session
  readonly clock: Clock
  readonly digits: string
  readonly durationMs: number
  readonly gapMs: number
}

/** One INFO a digit, each as far from the next as if it had been pressed. */
export async function sendInfoDigits({ session, clock, digits, durationMs, gapMs }: Digits): Promise<void> {
  for (const digit of digits) {
    if (session.isOver) return
    session.requests.send('INFO', { body: dtmfRelay({ digit, durationMs }), contentType: 'application/dtmf-relay' }, () => {})
    await sleep(clock, durationMs + gapMs)
  }
}
