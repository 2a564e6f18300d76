import { registrarPort } from '@voipbin/contracts/switch-ports'
import { createMediaEngine } from '@voipbin/media'
import { type RunningSwitch, startSwitch } from '@voipbin/switch/testing'
import { fakeService } from '@voipbin/test-kit'
import type { Asked, Told } from './messages.ts'
import { joinNetworks } from './two-networks.ts'

/**
 * Entry of a process that is a switch alone, which hums 440 Hz to whoever it talks to. Settings come by the environment; with NETWORKS it
 * has two of them, with GUARDED it looks at whom it lets in: everybody, as a trunk.
 */

const FIRST_RTP_PORT = 12_000
const tell = (told: Told) => process.send?.(told)

async function start(): Promise<void> {
  const { NETWORKS, GUARDED, RTP_PORT, ...env } = JSON.parse(process.argv[2] ?? '{}') as Readonly<Record<string, string>>
  const peers = NETWORKS === undefined ? 0 : await joinNetworks()
  const firstPort = Number(RTP_PORT ?? FIRST_RTP_PORT)
  const node: RunningSwitch = await startSwitch({
    openEngine: () => createMediaEngine({ firstPort, lastPort: firstPort + 39, workers: 1 }),
    env,
    isGuarded: GUARDED !== undefined,
    offerCall({ id }) {
      setImmediate(() => void hum(node, id, true))
      return { decision: 'take', customer_id: crypto.randomUUID(), affinity: id }
    },
  })
  const topics = ['channel.answered', 'channel.ended'].map((type) => ({ publisher: 'switch', type }))
  await node.system.bus.watch(topics, ({ type, data }) => {
    const event = { type, data: data as Readonly<Record<string, unknown>> }
    tell({ kind: 'event', event })
    if (type === 'channel.answered') void hum(node, String(event.data['channel_id']), false)
  })
  if (GUARDED !== undefined) {
    const everybody = { verdict: 'trunk', realm: '', algorithm: 'MD5', customer_id: crypto.randomUUID(), identity_id: crypto.randomUUID() }
    await fakeService(node.system.bus, registrarPort, { identifySource: () => everybody })
  }
  process.on('message', async (asked: Asked) => {
    if (asked.do === 'beLate') lateMs = asked.ms
    if (asked.do !== 'command') return
    const ask = node.client[asked.name as 'hangup'] as (input: unknown) => Promise<unknown>
    await ask(asked.input).then(
      (value) => tell({ kind: 'answer', value }),
      (error: unknown) => tell({ kind: 'failed', message: String(error) }),
    )
  })
  beLate()
  tell({ kind: 'ready', sip: NETWORKS === undefined ? node.udp : String(peers), epoch: node.epoch })
}

let lateMs = 0
/** Keeps the event loop busy for so long, over and over: whatever is due in between comes late. */
function beLate(): void {
  for (const until = performance.now() + lateMs; performance.now() < until; );
  setTimeout(beLate, 1)
}

async function hum({ command }: RunningSwitch, id: string, isIncoming: boolean): Promise<void> {
  if (isIncoming) await command.answer({ id })
  else await command.play({ id: crypto.randomUUID(), subject: { kind: 'channel', id }, media: [{ tone: '440' }], loops: 0 })
}

start().catch((error: unknown) =>
  tell({ kind: 'failed', message: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
)
