import { hash } from 'node:crypto'
import { customerContract } from '@voipbin/contracts/customer'
import { ServiceError } from '@voipbin/contracts/errors'
import { permissions } from '@voipbin/contracts/permission'
import { parseTime } from '@voipbin/contracts/time'
import { type Clients, type Clock, watch } from '@voipbin/service-kit'
import { type CredentialKind, invalidCredentials } from './caller.ts'
import { createRecentCallers, forgetCustomers, type Known } from './recent-callers.ts'

const PREFIX = 'vb_'
const MAX_LENGTH = 255

type Parts = { readonly client: Clients; readonly clock: Pick<Clock, 'now'> }

/** Access keys: cookie or query `accesskey`, or `Authorization: Bearer vb_…`. They count as an admin of their customer, nothing more. */
export function createAccessKeys({ client, clock }: Parts): CredentialKind {
  const customers = client(customerContract)

  async function look(token: string): Promise<Known | undefined> {
    try {
      const { id, customer_id, customer_status, customer_tm_deletion_scheduled, tm_expire } = await customers.authenticateAccesskey({
        token_hash: hash('sha256', token, 'hex'),
      })
      return {
        keyId: id,
        expiresAtMs: tm_expire === null ? Number.POSITIVE_INFINITY : parseTime(tm_expire),
        caller: {
          actor: { kind: 'accesskey', id, customer_id, permission: permissions.customerAdmin },
          resourceTypes: [],
          customerStatus: customer_status,
          frozenAt: customer_tm_deletion_scheduled ?? null,
        },
      }
    } catch (error) {
      if (error instanceof ServiceError && error.status === 'NOT_FOUND') return undefined
      throw error
    }
  }

  const recent = createRecentCallers({ now: clock.now, look })
  const forgetKey = ({ data }: { data: { id: string } }) => recent.forget(({ keyId }) => keyId === data.id)

  return {
    find: ({ cookie, query, bearer }) => cookie('accesskey') ?? query('accesskey') ?? (bearer?.startsWith(PREFIX) ? bearer : undefined),
    async authenticate(token) {
      if (token.length > MAX_LENGTH) throw invalidCredentials()
      const caller = await recent.of(token)
      if (!caller) throw invalidCredentials()
      return caller
    },
    watches: [
      watch(customerContract, 'accesskey_created', () => recent.forgetUnknown()),
      watch(customerContract, 'accesskey_updated', forgetKey),
      watch(customerContract, 'accesskey_deleted', forgetKey),
      // The keys of a sign-up are unknown until it is verified.
      watch(customerContract, 'customer_updated', () => recent.forgetUnknown()),
      ...forgetCustomers(recent),
    ],
  }
}

export const isAccessKey = (token: string): boolean => token.startsWith(PREFIX)
