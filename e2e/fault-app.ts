import { flushCompileCache } from 'node:module'
import { openBus } from '@voipbin/bus'
import { customerContract } from '@voipbin/contracts/customer'
import { type AnyService, createLogger, environment, loadConfig, platformSettings, startPlatform } from '@voipbin/service-kit'
import { services as product } from '../apps/voipbin/src/services.ts'
import { appSettings } from '../apps/voipbin/src/settings.ts'
import type { Order, Taken } from './faults.ts'
import { makeFaulty } from './faulty-bus.ts'
import { accountService } from './services/account/index.ts'
import { ledgerService } from './services/ledger/index.ts'

/**
 * A process like that of `voipbin start`, with the probe services beside the product's and a bus that has accidents to order.
 * It ends with whoever started it.
 */
const probes: readonly AnyService[] = [accountService, ledgerService]

const env = environment()
const settings = loadConfig(platformSettings, env)
const { accessKey } = loadConfig(appSettings, env)
const log = createLogger(settings.logLevel, { service: 'fault-app' })
const contracts = [
  ...(await Promise.all(Object.values(product).map((entry) => entry.contract()))),
  ...probes.map(({ contract }) => contract),
]
const onError = (error: unknown) => log.warn('bus', { error })
const faulty = makeFaulty(await openBus(settings.busUrl, { instance: `fault-app-${process.pid}`, onError }), {
  isMutation: ({ service, method }) => contracts.find((contract) => contract.service === service)?.methods[method]?.kind === 'mutation',
  onDiffering: ({ method }, replies) => log.error('replies differ', { method, replies }),
})
process.on('message', (order: Order) => {
  faulty.obey(order)
  process.send?.({ taken: true } satisfies Taken)
})
const endWithStarter = () => process.exit(1)
process.on('disconnect', endWithStarter)
const stop = new Promise<void>((resolve) => process.once('SIGTERM', () => resolve()))

const names = settings.services === 'all' ? [...Object.keys(product), 'account', 'ledger'] : settings.services.split(',')
const services = await Promise.all(names.map((name) => product[name]?.service() ?? probeNamed(name)))
const platform = await startPlatform({ settings, env, services, contracts, log, bus: faulty.bus })
if (names.includes('customer')) await platform.caller.clients(customerContract).seed({ token: accessKey })
log.info('ready', { services: names, start_ms: Math.round(performance.now()) })
flushCompileCache()

await stop
await platform.close()
await faulty.bus.close()
log.info('stopped')
process.off('disconnect', endWithStarter)
process.disconnect?.()

function probeNamed(name: string): AnyService {
  const probe = probes.find(({ contract }) => contract.service === name)
  if (!probe) throw new TypeError(`No service "${name}"`)
  return probe
}
