import type { Logger, Metrics } from '@voipbin/service-kit'
import { callIdOf, type Flow, type InviteGlance, type SipRequest, userAgentHeader } from '@voipbin/sip'
import { isRoutine, type Rule } from './rules.ts'

export type RefusalsOptions = {
  readonly metrics: Metrics
  readonly log: Logger
  readonly after: (ms: number, callback: () => void) => () => void
}

/** Lines in a second: a flood must not become one of the log. */
const MAX_LINES = 20
const SECOND_MS = 1_000

export type Refusals = {
  refused(rule: Rule, request: SipRequest, flow: Flow): void
  /** An INVITE that was not parsed. */
  refusedAtAGlance(rule: Rule, invite: InviteGlance, flow: Flow): void
  malformed(reason: string, flow: Flow): void
  close(): void
}

/** Tells of everything that was not let in: all of it counted, the first of each second logged, the rest as their number. */
export function createRefusals({ metrics, log, after }: RefusalsOptions): Refusals {
  const counter = metrics.counter('voipbin_sip_refused_total', 'SIP requests that were not let in, by the rule that refused them', [
    'rule',
    'method',
  ])
  let lines = 0
  let stop: (() => void) | undefined

  const write = (message: string, fields: Readonly<Record<string, unknown>>) => {
    stop ??= after(SECOND_MS, endSecond)
    if (++lines <= MAX_LINES) log.info(message, fields)
  }
  const endSecond = () => {
    if (lines > MAX_LINES) log.warn(`${lines - MAX_LINES} more SIP requests were refused in this second`)
    lines = 0
    stop = undefined
  }

  return {
    refused(rule, request, flow) {
      counter.add({ rule, method: knownMethods.has(request.method) ? request.method : 'other' })
      if (isRoutine(rule)) return
      write('SIP request refused', {
        ...{ rule, method: request.method, source: sourceOf(flow), sip_call_id: callIdOf(request) },
        user_agent: request.headers.one(userAgentHeader)?.slice(0, 200) ?? '',
      })
    },
    refusedAtAGlance(rule, { callId, userAgent }, flow) {
      counter.add({ rule, method: 'INVITE' })
      if (isRoutine(rule)) return
      const told = { rule, method: 'INVITE', source: sourceOf(flow), sip_call_id: callId, user_agent: userAgent.slice(0, 200) }
      write('SIP request refused', told)
    },
    malformed(reason, flow) {
      counter.add({ rule: 'malformed', method: 'other' })
      write('SIP message malformed', { rule: 'malformed', reason, source: sourceOf(flow) })
    },
    close: () => stop?.(),
  }
}

const sourceOf = ({ protocol, remote }: Flow) => `${protocol.toLowerCase()}:${remote.host}:${remote.port}`

/** Methods are whatever a stranger writes: as label values only these. */
const knownMethods: ReadonlySet<string> = new Set(
  'INVITE REGISTER OPTIONS MESSAGE SUBSCRIBE NOTIFY PUBLISH REFER INFO UPDATE PRACK BYE'.split(' '),
)
