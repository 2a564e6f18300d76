/** The second thread of `bench/flow-server.ts`: what the product runs there, counted. */
import { BroadcastChannel } from 'node:worker_threads'
import { countStatements, type Tally } from './counting.ts'

export type BesideUsage = { readonly statements: Tally; readonly cpuMs: number }

const readStatements = countStatements()
const asked = new BroadcastChannel('asked')
const told = new BroadcastChannel('told')
asked.onmessage = () => {
  const { user, system } = process.threadCpuUsage()
  told.postMessage({ statements: readStatements(), cpuMs: (user + system) / 1_000 } satisfies BesideUsage)
}
asked.unref()

await import('../apps/voipbin/src/beside.ts')
