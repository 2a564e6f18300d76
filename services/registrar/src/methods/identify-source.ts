import { hash } from 'node:crypto'
import { NIL_ID } from '@voipbin/contracts/fields'
import type { registrarContract } from '@voipbin/contracts/registrar'
import type { Answer } from '@voipbin/service-kit'
import type { Read } from '@voipbin/sql'
import { type Facts, identify } from '../addressing.ts'
import { isAscii } from '../extension.ts'
import { isBoundFrom } from '../store/bindings.ts'
import { algorithmsOf, extensions } from '../store/extensions.ts'
import { isFrozen } from '../store/frozen-customers.ts'
import { trunkByAddress, trunks } from '../store/trunks.ts'

type Surroundings = Pick<Facts, 'domainOf' | 'defaultRealm' | 'isCarrier' | 'publicOwner'>

export const identifySource =
  (surroundings: Surroundings): Answer<typeof registrarContract, 'identifySource'> =>
  async (read, asked) => {
    const verdict = await identify(asked, { ...surroundings, ...factsOf(read) })
    const isClosed = verdict.customer_id !== NIL_ID && (await isFrozen(read, verdict.customer_id))
    // What belongs to a frozen customer is as if it were not there.
    return isClosed ? { verdict: 'unknown_domain', realm: '', algorithm: 'MD5', customer_id: NIL_ID, identity_id: NIL_ID } : verdict
  }

function factsOf(read: Read): Omit<Facts, keyof Surroundings> {
  return {
    trunkByName: (domain_name) => trunks.first(read, { domain_name }),
    trunkByAddress: (address) => trunkByAddress(read, address),
    isRegisteredFrom: (source) => isBoundFrom(read, source),
    hasExtension: async (realm, user) => (await extensionOf(read, { realm, extension: user })) !== undefined,
    async algorithmOf(customerId, user) {
      const [known, used] = await Promise.all([
        extensionOf(read, { customer_id: customerId, extension: user }),
        algorithmsOf(read, customerId),
      ])
      if (known) return known.digest_algorithm
      if (!used.has('SHA-256')) return 'MD5'
      // Where both are in use, a user who is not there has one, too, and always the same.
      return !used.has('MD5') || Number.parseInt(hash('sha256', `${customerId} ${user}`, 'hex').slice(0, 2), 16) % 2 === 1
        ? 'SHA-256'
        : 'MD5'
    },
  }
}

const extensionOf = async (read: Read, where: { readonly extension: string; readonly customer_id?: string; readonly realm?: string }) =>
  isAscii(where.extension) ? extensions.first(read, where) : undefined
