import { openBus } from '@voipbin/bus'
import type { EventEnvelope } from '@voipbin/contracts/event'
import { switchContract } from '@voipbin/contracts/switch'
import { offerContract } from '@voipbin/contracts/switch-ports'
import { createSystemClock, type Environment } from '@voipbin/service-kit'
import type { Offered, SwitchEvent } from '@voipbin/switch/testing'
import { fakeService, startSystem } from '@voipbin/test-kit'
import type { Asked, Told } from './messages.ts'

/**
 * Entry of a process that stands in for `call`: it answers whatever it is offered with a tone, and gives a channel up when its end is told,
 * when its node comes up under another epoch, or is not heard of for 6 s (design §6, guarantee 5).
 */

const LOST_MS = 6_000
const tell = (told: Told) => process.send?.(told)
/** Epoch of each channel's node. */
const channels = new Map<string, string>()

async function start(): Promise<void> {
  const { BUS_URL = '', NODE = '' } = JSON.parse(process.argv[2] ?? '{}') as Environment
  const clock = createSystemClock()
  const bus = await openBus(BUS_URL, { instance: crypto.randomUUID(), now: clock.now, after: clock.after })
  const system = await startSystem({ services: [], contracts: [switchContract, offerContract], bus })
  const node = system.client(switchContract, NODE)
  const topics = Object.keys(switchContract.events).map((type) => ({ publisher: switchContract.service, type }))
  let silence: NodeJS.Timeout | undefined
  const giveUp = (why: 'a new epoch' | 'lost', isOld: (epoch: string) => boolean) => {
    for (const [channel, epoch] of channels) {
      if (!isOld(epoch)) continue
      channels.delete(channel)
      tell({ kind: 'closed', channel, why })
    }
  }
  await bus.watch(topics, ({ type, data }: EventEnvelope) => {
    const event: SwitchEvent = { type, data: data as SwitchEvent['data'] }
    if (type === 'node.up') {
      clearTimeout(silence)
      silence = setTimeout(() => giveUp('lost', () => true), LOST_MS)
      giveUp('a new epoch', (epoch) => epoch !== event.data['epoch'])
      return
    }
    tell({ kind: 'event', event })
    const channel = String(event.data['channel_id'])
    if (type === 'channel.ended' && channels.delete(channel)) tell({ kind: 'closed', channel, why: 'ended' })
  })
  await fakeService(bus, offerContract, {
    offerCall({ id, epoch }: Offered) {
      channels.set(id, epoch)
      setImmediate(async () => {
        await node.answer({ epoch, id })
        const subject = { kind: 'channel' as const, id }
        await node.play({ epoch, id: crypto.randomUUID(), subject, media: [{ tone: '440' }], loops: 0 })
      })
      return { decision: 'take', customer_id: crypto.randomUUID(), affinity: id }
    },
  })
  process.on('message', async (asked: Asked) => {
    if (asked.do !== 'command') return
    const ask = node[asked.name as 'hangup'] as (input: unknown) => Promise<unknown>
    try {
      tell({ kind: 'answer', value: await ask(asked.input) })
    } catch (error) {
      tell({ kind: 'failed', message: String(error) })
    }
  })
  tell({ kind: 'ready', sip: '', epoch: '' })
}

start().catch((error: unknown) =>
  tell({ kind: 'failed', message: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
)
