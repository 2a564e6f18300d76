import { customerContract } from '@voipbin/contracts/customer'
import { registrarContract } from '@voipbin/contracts/registrar'
import { type Watch, watch } from '@voipbin/service-kit'

/** After any of these a phone or trunk may have another password, or none. What is missed is over within the time that users are kept. */
export function onPasswordChanges(forget: () => void): readonly Watch[] {
  const changes = ['extension_updated', 'extension_deleted', 'trunk_updated', 'trunk_deleted'] as const
  return [...changes.map((type) => watch(registrarContract, type, forget)), watch(customerContract, 'customer_frozen', forget)]
}
