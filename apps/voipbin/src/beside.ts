/** The thread of the services that run beside the others. */
import { enableCompileCache } from 'node:module'

enableCompileCache()

const { runBeside } = await import('@voipbin/service-kit')
const { loadContracts, loadServices } = await import('./services.ts')

runBeside(async (names) => {
  const [services, contracts] = await Promise.all([loadServices(names), loadContracts()])
  return { services, contracts }
})
