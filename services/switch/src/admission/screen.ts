import { type Flow, type Screening, type SipRequest, toTagOf } from '@voipbin/sip'
import type { Abuse } from './abuse.ts'
import { judgeLoad, type Load, type Overload, type OverloadLimits, refusesWhen, retryAfter } from './overload.ts'
import type { Refusals } from './refusals.ts'
import type { Rule } from './rules.ts'

export type ScreenOptions = {
  readonly abuse: Abuse
  readonly isScanner: (request: SipRequest) => boolean
  readonly isAllowed: (address: string) => boolean
  readonly load: () => Load
  readonly limits: OverloadLimits
  readonly refusals: Pick<Refusals, 'refused'>
  readonly random?: () => number
}

const overloadRules: Readonly<Record<Exclude<Overload, 'none'>, Rule>> = {
  calls: 'overload_calls',
  lateness: 'overload_lateness',
  queue: 'overload_queue',
}

/**
 * The first look at a new request, before anything is kept of it: what is dropped costs no more than reading it. Requests in a dialog
 * pass, for they belong to a live call, or get 481 at no cost.
 */
export function createScreen(options: ScreenOptions): (request: SipRequest, flow: Flow) => Screening {
  const { abuse, refusals, random = Math.random } = options
  let overload: Overload = 'none'

  return (request, flow) => {
    if (toTagOf(request) !== undefined) return 'pass'
    const { host } = flow.remote
    const drop = (rule: Rule): Screening => {
      refusals.refused(rule, request, flow)
      return 'drop'
    }
    if (abuse.isBanned(host)) return drop('banned')
    if (!options.isAllowed(host) && options.isScanner(request)) return drop('scanner')
    overload = judgeLoad(options.load(), options.limits, overload)
    if (overload === 'none' || !refusesWhen(overload, request.method)) return 'pass'
    refusals.refused(overloadRules[overload], request, flow)
    return { status: 503, retryAfterSeconds: retryAfter(random) }
  }
}
