import type { registrarPort } from '@voipbin/contracts/switch-ports'
import type { Client, Clock, Logger, Metrics, NodeIdentity } from '@voipbin/service-kit'
import { type Address, type Capabilities, type Flow, type Malformed, Nonces, type Target } from '@voipbin/sip'
import { KeepAlives } from '../registrar/keep-alives.ts'
import { type BindingsPort, Registrar } from '../registrar/registrar.ts'
import { Abuse } from './abuse.ts'
import type { Admission } from './admission.ts'
import { createAdmission } from './admit-requests.ts'
import { Authenticator } from './authenticator.ts'
import { createIdentify } from './identify.ts'
import { Lateness } from './lateness.ts'
import { createRefusals } from './refusals.ts'
import { createScannerCheck } from './scanners.ts'
import { createScreens, type Screens } from './screen.ts'
import type { AdmissionSettings } from './settings.ts'
import { type FindSipUser, SipUsers } from './sip-users.ts'

export type FrontDoorOptions = {
  readonly settings: AdmissionSettings
  readonly clock: Clock
  readonly log: Logger
  readonly metrics: Metrics
  readonly node: NodeIdentity
  /** Of the registrar service. */
  readonly registrar: Client<typeof registrarPort>
  readonly capabilities: Capabilities
  readonly newTag: () => string
  /** What each listener has bound. */
  readonly bound: () => ReadonlyMap<string, Address>
  readonly sendKeepAlive: (flow: Flow) => void
  /** Calls in progress, how many there may be, offers that wait for their answer, and how long new requests wait to be looked at. */
  readonly load: () => { readonly calls: number; readonly capacity: number; readonly pendingOffers: number; readonly backlogMs?: number }
}

/** Where everything from outside of a dialog comes in. */
export type FrontDoor = {
  /** For the transaction layer: the first look. */
  readonly screen: Screens['screen']
  /** For the transaction layer, even before that. */
  readonly glance: Screens['glance']
  /** For each new request outside of a dialog, REGISTER and OPTIONS among them. */
  readonly admit: Admission
  /** For the transport. */
  readonly receiveMalformed: (malformed: Malformed, flow: Flow) => void
  readonly flowClosed: (flow: Flow) => void
  /** Where the flow of a binding leads, for `dial`; undefined when it is gone. */
  readonly targetOf: (flowName: string) => Target | undefined
  /** Somebody's password or rights have changed. */
  readonly forgetUsers: () => void
  close(): void
}

const MINUTE_MS = 60_000
const perMinute = (count: number) => ({ count, windowMs: MINUTE_MS })
/** How long the registrar may take: a peer that hears nothing asks again, and then there are two to be answered. */
const PATIENCE_MS = 3_000
/** The peer waits for an answer, and asks again by itself: nothing is tried twice here. */
const once = { isTriedOnce: true }

export function openFrontDoor(options: FrontDoorOptions): FrontDoor {
  const { settings, clock, log, metrics, newTag, capabilities } = options
  const port = portOf(options)
  const isAllowed = settings.sipAllowedSources
  const abuse = createAbuse(options, isAllowed)
  const refusals = createRefusals({ metrics, log, after: clock.after })
  const lateness = new Lateness(clock, () => options.load().backlogMs ?? 0)
  const keepAlives = new KeepAlives({ scheduler: clock, now: clock.now, send: options.sendKeepAlive })
  const users = new SipUsers({ find: port.findSipUser, now: clock.monotonic })
  const authenticator = new Authenticator({ nonces: new Nonces({ now: clock.monotonic }), users, abuse, newTag })
  const registrar = createRegistrar(options, { port, authenticator, keepAlives, refusals })
  let deciding = 0

  const load = () => {
    const { calls, capacity, pendingOffers, backlogMs = 0 } = options.load()
    // Known for a while to stand, and standing still: once it is short again nobody more is refused for it.
    const standingMs = Math.min(lateness.backlogMs, backlogMs)
    return { calls, capacity, latenessMs: lateness.ms, backlogMs: standingMs, pending: pendingOffers + deciding }
  }
  const limits = {
    maxLatenessMs: settings.sipMaxLatenessMs,
    // A queue grows on until it is known to stand, and whoever is refused has waited in it: in all no longer than for a late event loop.
    maxBacklogMs: settings.sipMaxLatenessMs / 2,
    maxPending: settings.sipMaxPending,
  }
  const isScanner = createScannerCheck(settings.sipScanners.split(','))
  return {
    ...createScreens({ abuse, isScanner, isAllowed, load, limits, refusals }),
    admit: createAdmission({
      identify: createIdentify({ identifySource: port.identifySource, authenticator, abuse, newTag }),
      register: (request, flow) => registrar.register(request, flow),
      decided: (change) => {
        deciding += change
      },
      ...{ abuse, refusals, capabilities, newTag },
    }),
    receiveMalformed(malformed, flow) {
      refusals.malformed(malformed.reason, flow)
      abuse.malformed(flow.remote.host, flow.protocol !== 'UDP')
    },
    flowClosed: (flow) => registrar.flowClosed(flow),
    targetOf: (name) => registrar.targetOf(name),
    forgetUsers: () => users.clear(),
    close() {
      lateness.close()
      keepAlives.close()
      refusals.close()
    },
  }
}

function createAbuse({ settings, clock, log, metrics }: FrontDoorOptions, isAllowed: (address: string) => boolean): Abuse {
  const bans = metrics.counter('voipbin_sip_bans_total', 'Sources of SIP that were banned')
  return new Abuse({
    now: clock.monotonic,
    limits: {
      isAllowed,
      wrongDigests: perMinute(settings.sipWrongDigests),
      malformed: perMinute(settings.sipMalformed),
      anonymous: perMinute(settings.sipAnonymousCalls),
      options: perMinute(settings.sipOptions),
      banMs: settings.sipBanSeconds * 1_000,
    },
    onBan(ban) {
      bans.add()
      log.warn('SIP source banned', { source: ban.source, duration_ms: ban.ms, rule: 'banned' })
    },
  })
}

type Port = BindingsPort & { readonly findSipUser: FindSipUser }

/** What is asked for a peer that waits. Rejects where no answer comes in time. */
function portOf({ registrar, clock }: FrontDoorOptions): Port {
  const soon = <T>(answer: Promise<T>): Promise<T> => {
    const { promise, resolve, reject } = Promise.withResolvers<T>()
    const stop = clock.after(PATIENCE_MS, () => reject(new Error('The registrar did not answer in time')))
    answer.then(resolve, reject).finally(stop)
    return promise
  }
  return {
    findSipUser: (wanted) => soon(registrar.findSipUser(wanted, once)),
    identifySource: (asked) => soon(registrar.identifySource(asked, once)),
    updateBindings: (input) => soon(registrar.updateBindings(input, once)),
    releaseFlow: (input) => registrar.releaseFlow(input),
  }
}

type RegistrarParts = Pick<ConstructorParameters<typeof Registrar>[0], 'port' | 'authenticator' | 'keepAlives' | 'refusals'>

function createRegistrar({ settings, clock, ...options }: FrontDoorOptions, parts: RegistrarParts): Registrar {
  return new Registrar({
    ...parts,
    limits: {
      minExpiresSeconds: settings.sipMinExpires,
      maxExpiresSeconds: settings.sipMaxExpires,
      natExpiresSeconds: settings.sipNatExpires,
    },
    ...{ node: options.node, log: options.log, now: clock.now, newTag: options.newTag, bound: options.bound },
  })
}
