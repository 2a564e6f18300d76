import { syncBuiltinESMExports } from 'node:module'
import threads from 'node:worker_threads'
import type { Asked, Told } from './messages.ts'

/** Entry of a process that is a switch node, until it is killed. Settings come by the environment. */

const workers: threads.Worker[] = []
threads.Worker = class extends threads.Worker {
  constructor(...parameters: ConstructorParameters<typeof threads.Worker>) {
    super(...parameters)
    workers.push(this)
  }
}
// From here on whoever imports Worker gets ours; so what uses it is imported late.
syncBuiltinESMExports()

const tell = (told: Told) => process.send?.(told)

async function start(): Promise<void> {
  const { createSystemClock } = await import('@voipbin/service-kit')
  const { openBus } = await import('@voipbin/bus')
  const { createMediaEngine } = await import('@voipbin/media')
  const { startSwitch } = await import('@voipbin/switch/testing')
  const { BUS_URL = '', RTP_PORT = '', DATA_DIR, ...settings } = JSON.parse(process.argv[2] ?? '{}') as Record<string, string>
  const clock = createSystemClock()
  const firstPort = Number(RTP_PORT)
  const node = await startSwitch({
    openEngine: () => createMediaEngine({ firstPort, lastPort: firstPort + 39, workers: 1 }),
    env: settings,
    ...(DATA_DIR !== undefined && { dataDir: DATA_DIR }),
    bus: await openBus(BUS_URL, { instance: crypto.randomUUID(), now: clock.now, after: clock.after }),
    hasOwnCall: true,
  })
  tell({ kind: 'ready', sip: node.udp, epoch: node.epoch })
}

process.on('message', ({ do: what }: Asked) => {
  if (what === 'killWorker') void workers[0]?.terminate()
})
start().catch((error: unknown) =>
  tell({ kind: 'failed', message: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
)
