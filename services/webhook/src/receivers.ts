import type { customerContract } from '@voipbin/contracts/customer'
import { unlessGone } from '@voipbin/contracts/errors'
import type { Client, Clock } from '@voipbin/service-kit'

/**
 * Where a customer wants its events, and what to sign them with: the valid secret, then the one before it while it signs.
 * An empty `uri`: nowhere of its own; what running flows ask for is signed all the same.
 */
export type Receiver = { readonly uri: string; readonly method: string; readonly secrets: readonly string[] }

export type Receivers = {
  /** @returns undefined where the customer is gone. @throws ServiceError while its owner cannot be asked */
  of(customerId: string): Promise<Receiver | undefined>
  /** Whether `learnt` was said of the customer since it was asked for last. */
  isLearnt(customerId: string): boolean
  learnt(customerId: string): void
  /** The customer may have changed it. */
  forget(customerId: string): void
}

const KEPT_MS = 60_000
const KEPT = 10_000

type Kept = { readonly receiver: Promise<Receiver | undefined>; readonly until: number; isLearnt: boolean }

/**
 * Asked of the customer service and remembered for a minute, in memory only: the secret has one place where it is stored,
 * and that is not here. Address and secret come in one answer, so that nothing is signed for another receiver.
 */
export function createReceivers(customer: Pick<Client<typeof customerContract>, 'getWebhookSettings'>, clock: Clock): Receivers {
  const kept = new Map<string, Kept>()

  async function ask(customerId: string): Promise<Receiver | undefined> {
    const settings = await unlessGone(customer.getWebhookSettings({ id: customerId }))
    if (!settings) return undefined
    const { webhook_uri: uri, webhook_method, webhook_secret, webhook_secret_previous = '' } = settings
    return { uri, method: webhook_method || 'POST', secrets: [webhook_secret, webhook_secret_previous].filter((secret) => secret !== '') }
  }

  return {
    of(customerId) {
      const known = kept.get(customerId)
      if (known && known.until > clock.now()) return known.receiver
      kept.delete(customerId)
      const receiver = ask(customerId)
      const entry = { receiver, until: clock.now() + KEPT_MS, isLearnt: false }
      kept.set(customerId, entry)
      receiver.catch(() => {
        if (kept.get(customerId) === entry) kept.delete(customerId)
      })
      const [oldest] = kept.size > KEPT ? kept.keys() : []
      if (oldest !== undefined) kept.delete(oldest)
      return receiver
    },
    isLearnt: (customerId) => kept.get(customerId)?.isLearnt === true,
    learnt(customerId) {
      const known = kept.get(customerId)
      if (known) known.isLearnt = true
    },
    forget: (customerId) => void kept.delete(customerId),
  }
}
