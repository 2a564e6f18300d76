import type { ApiEntry, Tier } from '@voipbin/contracts/api'
import { FROZEN_MS } from '@voipbin/contracts/customer'
import { ServiceError } from '@voipbin/contracts/errors'
import { addMilliseconds } from '@voipbin/contracts/time'
import { runInContext, systemContext, timeoutMs } from '@voipbin/service-kit'
import type { Authenticate } from '../identity/authenticate.ts'
import { authenticationRequired, type Caller, type Presented, stranger } from '../identity/caller.ts'
import { type Authorise, compileAuthorisation, identitiesOf, isSuperAdmin } from './authorise.ts'
import type { RateLimits } from './rate-limits.ts'

/** What decides whether a request may go on, compiled once an operation. */
export type AdmissionRules = {
  readonly tier: Tier
  /** An open operation looks at no credential: `token` in its query is a field like others. */
  readonly readsCredential: boolean
  readonly allowsStrangers: boolean
  /** Customer limits and the check of frozen accounts: everywhere but under /auth. */
  readonly isCounted: boolean
  readonly authorise: Authorise
}

export function compileAdmission(entry: ApiEntry, url: string): AdmissionRules {
  const isAuth = url.startsWith('/auth/')
  const identities = identitiesOf(entry)
  const allowsStrangers = identities.has('none')
  return {
    tier: entry.tier ?? (isAuth ? 'AUTH_PUBLIC' : 'V1'),
    readsCredential: !(allowsStrangers && identities.size === 1),
    allowsStrangers,
    isCounted: !isAuth,
    authorise: compileAuthorisation(entry),
  }
}

/** Who asks to be let in. */
export type Applicant = { readonly address: string; readonly presented: Presented; readonly requestId: string }
/** The promise rejects with whatever keeps the request out. */
export type Admit = (rules: AdmissionRules, applicant: Applicant) => Promise<Caller>

type Parts = { readonly authenticate: Authenticate; readonly limits: RateLimits; readonly now: () => number }

/** In this order, always: rate of the address, credential, rate of the customer, frozen account, permission. */
export function createAdmit({ authenticate, limits, now }: Parts): Admit {
  /** Nobody is known yet: services are asked by the platform itself. */
  function identify({ presented, requestId }: Applicant): Promise<Caller | undefined> {
    const context = systemContext({ requestId, operationId: requestId, deadline: now() + timeoutMs.default })
    return runInContext(context, () => authenticate(presented))
  }

  return async (rules, applicant) => {
    await limits.byAddress(rules.tier, applicant.address)
    const caller = rules.readsCredential ? await identify(applicant) : stranger
    if (!caller && !rules.allowsStrangers) throw authenticationRequired()
    const admitted = caller ?? stranger
    if (rules.isCounted) {
      await limits.byCustomer(admitted)
      refuseFrozen(admitted)
    }
    rules.authorise(admitted)
    return admitted
  }
}

/** Direct tokens go on working, so that a frozen customer's visitors can finish. @throws ACCOUNT_FROZEN */
export function refuseFrozen(caller: Caller): void {
  if (caller.customerStatus !== 'frozen' || caller.actor.kind === 'direct' || isSuperAdmin(caller)) return
  throw new ServiceError(
    'PERMISSION_DENIED',
    'ACCOUNT_FROZEN',
    'The account is frozen and will be deleted, unless the deletion is taken back',
    { details: [{ ...deletionOf(caller), recovery_endpoint: '/auth/unregister' }] },
  )
}

const deletionOf = ({ frozenAt }: Caller) =>
  frozenAt === null ? {} : { deletion_scheduled_at: frozenAt, deletion_effective_at: addMilliseconds(frozenAt, FROZEN_MS) }
