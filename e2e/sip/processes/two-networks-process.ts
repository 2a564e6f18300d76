import { execFileSync, spawn } from 'node:child_process'
import { readlinkSync } from 'node:fs'
import { createMediaEngine } from '@voipbin/media'
import { type RunningSwitch, startSwitch } from '@voipbin/switch/testing'
import type { Asked, Told } from './messages.ts'

/**
 * Entry of a process that is a switch with two interfaces, in a network namespace of its own, whose peers are in another one. Beyond the
 * second interface lies a third network, 10.71.9.0/24, which is nobody's neighbour.
 */

const FIRST_RTP_PORT = 12_000
const tell = (told: Told) => process.send?.(told)
const ip = (command: string) => execFileSync('ip', command.split(' '))

/** @returns the process in whose namespace the peers are */
async function joinNetworks(): Promise<number> {
  ip('link set lo up')
  const { pid: peers = 0 } = spawn('unshare', ['--net', 'sleep', '3600'], { stdio: 'ignore' })
  process.on('exit', () => process.kill(peers))
  const own = readlinkSync('/proc/self/ns/net')
  while (readlinkSync(`/proc/${peers}/ns/net`) === own) await new Promise((resolve) => setTimeout(resolve, 10))
  const there = (command: string) => execFileSync('nsenter', ['-t', String(peers), '--net', 'ip', ...command.split(' ')])
  there('link set lo up')
  for (const network of [1, 2]) {
    ip(`link add near${network} type veth peer name far${network} netns ${peers}`)
    ip(`addr add 10.71.${network}.1/24 dev near${network}`)
    there(`addr add 10.71.${network}.2/24 dev far${network}`)
    ip(`link set near${network} up`)
    there(`link set far${network} up`)
  }
  there('addr add 10.71.9.9/32 dev lo')
  ip('route add 10.71.9.0/24 via 10.71.2.2')
  // An address that somebody in between translates, as far as it can be had without.
  ip('addr add 203.0.113.7/32 dev lo')
  there('route add 203.0.113.7/32 via 10.71.1.1')
  return peers
}

async function start(): Promise<void> {
  const env = JSON.parse(process.argv[2] ?? '{}') as Readonly<Record<string, string>>
  const peers = await joinNetworks()
  const node: RunningSwitch = await startSwitch({
    openEngine: () => createMediaEngine({ firstPort: FIRST_RTP_PORT, lastPort: FIRST_RTP_PORT + 39, workers: 1 }),
    env: { VOIPBIN_SIP_UDP_PORT: '5060', VOIPBIN_SIP_TCP_PORT: '5060', ...env },
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
  process.on('message', async (asked: Asked) => {
    if (asked.do !== 'command') return
    const ask = node.client[asked.name as 'hangup'] as (input: unknown) => Promise<unknown>
    await ask(asked.input).then(
      (value) => tell({ kind: 'answer', value }),
      (error: unknown) => tell({ kind: 'failed', message: String(error) }),
    )
  })
  tell({ kind: 'ready', sip: String(peers), epoch: node.epoch })
}

async function hum({ command }: RunningSwitch, id: string, isIncoming: boolean): Promise<void> {
  if (isIncoming) await command.answer({ id })
  else await command.play({ id: crypto.randomUUID(), subject: { kind: 'channel', id }, media: [{ tone: '440' }], loops: 0 })
}

start().catch((error: unknown) =>
  tell({ kind: 'failed', message: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
)
