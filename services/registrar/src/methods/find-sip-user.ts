import type { registrarContract } from '@voipbin/contracts/registrar'
import type { SipUser } from '@voipbin/contracts/switch-ports'
import type { Answer } from '@voipbin/service-kit'
import type { Read } from '@voipbin/sql'
import type { RegistrarConfig } from '../config.ts'
import { digestsOf } from '../digest-hashes.ts'
import type { Domain } from '../domains.ts'
import { isAscii } from '../extension.ts'
import { extensions } from '../store/extensions.ts'
import { isFrozen } from '../store/frozen-customers.ts'
import { trunks } from '../store/trunks.ts'

/** Phones and trunks of a frozen customer are nobody. */
export const findSipUser =
  (config: RegistrarConfig, domainOf: (host: string) => Domain): Answer<typeof registrarContract, 'findSipUser'> =>
  async (read, { realm, username }) => {
    const domain = domainOf(realm)
    const found =
      domain.kind === 'customer'
        ? await extensionUser(read, { realm, username, max_contacts: config.maxContacts })
        : domain.kind === 'trunk'
          ? await trunkUser(read, domain.name, username)
          : undefined
    const isOpen = found !== undefined && !(await isFrozen(read, found.customer_id))
    return { user: isOpen ? found : null }
  }

type Wanted = { readonly realm: string; readonly username: string; readonly max_contacts: number }

async function extensionUser(read: Read, { realm, username, max_contacts }: Wanted): Promise<SipUser | undefined> {
  const found = isAscii(username) ? await extensions.first(read, { sip_address: `${username}@${realm}` }) : undefined
  if (!found) return undefined
  const { customer_id, id: identity_id, extension: aor_user } = found
  return { customer_id, identity_kind: 'extension', identity_id, realm, aor_user, digest: digestsOf(found), max_contacts }
}

async function trunkUser(read: Read, domain_name: string, username: string): Promise<SipUser | undefined> {
  const found = await trunks.first(read, { domain_name })
  if (!found?.auth_types.includes('basic') || found.username !== username) return undefined
  const { customer_id, id: identity_id, realm } = found
  return { customer_id, identity_kind: 'trunk', identity_id, realm, aor_user: '', digest: digestsOf(found), max_contacts: 0 }
}
