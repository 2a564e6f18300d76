import { formatUri, methodOf, type Protocol, type SipMessage, serialise } from '@voipbin/sip'
import { describeBody } from './describe-body.ts'

/** One message as it passed, seen from the phone. */
export type LadderStep = {
  /** Since the phone was opened. */
  readonly atMs: number
  readonly direction: 'sent' | 'received'
  readonly protocol: Protocol
  /** `127.0.0.1:5060` */
  readonly peer: string
  readonly message: SipMessage
}

/** Older steps than this many are forgotten: a phone that stays registered for weeks must not grow. */
const MAX_STEPS = 2_000
const ARROW_COLUMNS = 52

/** What a phone sent and received, in order. */
export class Ladder {
  readonly #now: () => number
  readonly #startedMs: number
  readonly #steps: LadderStep[] = []
  readonly #listeners = new Set<(step: LadderStep) => void>()

  constructor(now: () => number) {
    this.#now = now
    this.#startedMs = now()
  }

  get steps(): readonly LadderStep[] {
    return this.#steps
  }

  record(step: Omit<LadderStep, 'atMs'>): void {
    const whole = { ...step, atMs: this.#now() - this.#startedMs }
    this.#steps.push(whole)
    if (this.#steps.length > MAX_STEPS) this.#steps.shift()
    for (const listener of this.#listeners) listener(whole)
  }

  /** Hears of each message as it passes. */
  onStep(listener: (step: LadderStep) => void): void {
    this.#listeners.add(listener)
  }

  /** Messages in short: `→ INVITE`, `← 180 INVITE`. For assertions on what was said. */
  get outline(): readonly string[] {
    return this.#steps.map(outlineStep)
  }

  /** The same without retransmissions, of which a busy machine makes some. */
  get outlineOnce(): readonly string[] {
    return this.once.map(outlineStep)
  }

  /** Steps that are no retransmission. */
  get once(): readonly LadderStep[] {
    const seen = new Set<string>()
    return this.#steps.filter((step) => {
      const { headers } = step.message
      const key = `${outlineStep(step)} ${headers.raw('Call-ID')} ${headers.raw('CSeq')} ${headers.raw('To')}`
      const isNew = !seen.has(key)
      seen.add(key)
      return isNew
    })
  }

  /** The whole ladder for people. */
  render(): string {
    return this.#steps.map((step) => renderStep(step)).join('\n')
  }
}

function outlineStep({ direction, message }: LadderStep): string {
  const what = message.kind === 'request' ? message.method : `${message.status} ${methodOf(message)}`
  return `${direction === 'sent' ? '→' : '←'} ${what}`
}

/** One line of a ladder: time, arrow with what passed, peer. */
export function renderStep({ atMs, direction, protocol, peer, message }: LadderStep): string {
  const time = `${(atMs / 1000).toFixed(3).padStart(8)} s`
  const label = ` ${describeMessage(message)} `
  const line = '─'.repeat(Math.max(2, ARROW_COLUMNS - label.length - 2))
  const arrow = direction === 'sent' ? `──${label}${line}▶` : `◀─${label}${line}─`
  return `${time}  ${arrow}  ${peer} ${protocol}`
}

/** A message as it is on the wire. */
export const renderMessage = (message: SipMessage): string => Buffer.from(serialise(message)).toString('utf8').replaceAll('\r\n', '\n')

function describeMessage(message: SipMessage): string {
  const body = describeBody(message)
  const start = message.kind === 'request' ? `${message.method} ${formatUri(message.uri)}` : `${message.status} ${message.reason}`
  return body === '' ? start : `${start} (${body})`
}
