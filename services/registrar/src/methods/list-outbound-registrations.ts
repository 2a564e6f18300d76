import type { registrarContract } from '@voipbin/contracts/registrar'
import type { Answer } from '@voipbin/service-kit'
import type { OutboundRegistration } from '../outbound-registrations.ts'

export const listOutboundRegistrations =
  (registrations: readonly OutboundRegistration[]): Answer<typeof registrarContract, 'listOutboundRegistrations'> =>
  async () => ({ result: [...registrations] })
