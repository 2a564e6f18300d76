import { agentContract } from '@voipbin/contracts/agent'
import { customerContract, FIRST_CUSTOMER_ID } from '@voipbin/contracts/customer'
import type { Caller, SettingValues } from '@voipbin/service-kit'
import { makeDemo } from './demo.ts'
import type { FirstThings } from './greeting.ts'
import type { appSettings } from './settings.ts'

type Values = SettingValues<typeof appSettings>

/**
 * Makes what a platform without anybody needs, once: the first customer with an access key, and its administrator. Each is
 * made by the process that has its service.
 * @returns what is shown now and never again
 */
export async function makeFirst(caller: Caller, chosen: readonly string[], values: Values): Promise<FirstThings> {
  const secrets: [string, string][] = []
  let customer_id: string = FIRST_CUSTOMER_ID
  if (chosen.includes('customer')) {
    const token = values.accessKey === '' ? {} : { token: values.accessKey }
    const seeded = await caller.clients(customerContract).seed(token)
    customer_id = seeded.customer_id
    if (seeded.created) secrets.push(['Access key', seeded.token])
  }
  if (chosen.includes('agent')) {
    const password = values.adminPassword === '' ? {} : { password: values.adminPassword }
    const admin = await caller.clients(agentContract).seedAdmin({ customer_id, username: values.adminUsername, ...password })
    const shown = values.adminPassword === '' ? admin.password : 'the one that is set'
    if (admin.created) secrets.push(['Administrator', `${admin.username}, password ${shown}`])
  }
  if (values.demo !== 'on' || customer_id !== FIRST_CUSTOMER_ID) return { secrets, numbers: [] }
  const demo = await makeDemo(caller, chosen)
  return { secrets: [...secrets, ...demo.secrets], numbers: demo.numbers }
}
