import { type Flow, fromHeader, type GlanceOptions, type Screening, type SipRequest, toTagOf, userAgentHeader } from '@voipbin/sip'
import type { Abuse } from './abuse.ts'
import { judgeLoad, type Load, type Overload, type OverloadLimits, refusesWhen, retryAfter } from './overload.ts'
import type { Refusals } from './refusals.ts'
import type { Rule } from './rules.ts'
import type { IsScanner } from './scanners.ts'

export type ScreenOptions = {
  readonly abuse: Abuse
  readonly isScanner: IsScanner
  readonly isAllowed: (address: string) => boolean
  readonly load: () => Load
  readonly limits: OverloadLimits
  readonly refusals: Pick<Refusals, 'refused' | 'refusedAtAGlance'>
  readonly random?: () => number
}

const overloadRules: Readonly<Record<Exclude<Overload, 'none'>, Rule>> = {
  calls: 'overload_calls',
  lateness: 'overload_lateness',
  queue: 'overload_queue',
}

export type Screens = {
  readonly screen: (request: SipRequest, flow: Flow) => Screening
  /** The same before it is parsed, while there is too much to do. */
  readonly glance: Pick<GlanceOptions, 'isWanted' | 'screen'>
}

/**
 * The first look at a new request, before anything is kept of it: what is dropped costs no more than reading it. Requests in a dialog
 * pass, for they belong to a live call, or get 481 at no cost.
 */
export function createScreens(options: ScreenOptions): Screens {
  const { abuse, refusals, random = Math.random } = options
  let overload: Overload = 'none'

  const judge = (method: string, tell: (rule: Rule) => void): Screening => {
    overload = judgeLoad(options.load(), options.limits, overload)
    if (overload === 'none' || !refusesWhen(overload, method)) return 'pass'
    tell(overloadRules[overload])
    return { status: 503, retryAfterSeconds: retryAfter(random) }
  }

  return {
    screen(request, flow) {
      if (toTagOf(request) !== undefined) return 'pass'
      const { host } = flow.remote
      const tell = (rule: Rule) => refusals.refused(rule, request, flow)
      const drop = (rule: Rule): Screening => {
        tell(rule)
        return 'drop'
      }
      if (abuse.isBanned(host)) return drop('banned')
      if (!options.isAllowed(host) && isFromScanner(options, request)) return drop('scanner')
      return judge(request.method, tell)
    },
    glance: {
      isWanted: () => overload !== 'none',
      screen(invite, flow) {
        const { host } = flow.remote
        const { userAgent, from } = invite
        // Who may have to be dropped is looked at closely.
        if (abuse.isBanned(host) || (!options.isAllowed(host) && options.isScanner(userAgent, from))) return 'pass'
        return judge('INVITE', (rule) => refusals.refusedAtAGlance(rule, invite, flow))
      },
    },
  }
}

const isFromScanner = ({ isScanner }: ScreenOptions, { headers }: SipRequest): boolean =>
  isScanner(headers.one(userAgentHeader) ?? '', headers.one(fromHeader)?.displayName ?? '')
