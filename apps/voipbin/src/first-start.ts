import { agentContract } from '@voipbin/contracts/agent'
import { customerContract, FIRST_CUSTOMER_ID } from '@voipbin/contracts/customer'
import type { Caller, SettingValues } from '@voipbin/service-kit'
import { makeDemo } from './demo.ts'
import type { appSettings } from './settings.ts'

type Values = SettingValues<typeof appSettings>

/**
 * Makes what a platform without anybody needs, once: the first customer with an access key, and its administrator. Each is
 * made by the process that has its service.
 * @returns what is shown now and never again
 */
export async function makeFirst(caller: Caller, chosen: readonly string[], values: Values): Promise<string[]> {
  const lines: string[] = []
  let customer_id: string = FIRST_CUSTOMER_ID
  if (chosen.includes('customer')) {
    const token = values.accessKey === '' ? {} : { token: values.accessKey }
    const seeded = await caller.clients(customerContract).seed(token)
    customer_id = seeded.customer_id
    if (seeded.created) lines.push(`Access key of the first customer, shown only now:  ${seeded.token}`)
  }
  if (chosen.includes('agent')) {
    const password = values.adminPassword === '' ? {} : { password: values.adminPassword }
    const admin = await caller.clients(agentContract).seedAdmin({ customer_id, username: values.adminUsername, ...password })
    const shown = values.adminPassword === '' ? `password, shown only now:  ${admin.password}` : 'with the password that is set'
    if (admin.created) lines.push(`Administrator ${admin.username}, ${shown}`)
  }
  if (values.demo === 'on' && customer_id === FIRST_CUSTOMER_ID) lines.push(...(await makeDemo(caller, chosen)))
  return lines
}
