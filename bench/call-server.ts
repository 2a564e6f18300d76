/** The switch of `bench/calls.ts` in a process of its own: a stand-in for `call` takes and answers every INVITE, a registrar knows one trunk. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { NIL_ID } from '@voipbin/contracts/fields'
import { registrarPort } from '@voipbin/contracts/switch-ports'
import { createMediaEngine } from '@voipbin/media'
import { createScriptedMedia } from '@voipbin/switch/scripted-media'
import { startSwitch } from '@voipbin/switch/testing'
import { fakeService } from '@voipbin/test-kit'

const customer_id = '11111111-1111-4111-8111-111111111111'
const hasMedia = process.argv[2] === 'media'

const node = await startSwitch({
  openEngine: () => (hasMedia ? createMediaEngine({ firstPort: 40_000, lastPort: 59_999 }) : createScriptedMedia({ keepsNothing: true })),
  isGuarded: true,
  env: { VOIPBIN_SIP_ALLOWED_SOURCES: '127.0.0.1', VOIPBIN_SWITCH_CAPACITY: '100000', VOIPBIN_SIP_TRACE_CALLS: '0' },
  keepsNothing: true,
  offerCall: ({ id }, { command }) => {
    queueMicrotask(() => void command.answer({ id }))
    return { decision: 'take', customer_id, affinity: id }
  },
})
const trunk = { verdict: 'trunk', realm: '', algorithm: 'MD5', customer_id, identity_id: NIL_ID }
await fakeService(node.system.bus, registrarPort, { identifySource: () => trunk })

export type Usage = {
  readonly cpuMs: number
  readonly rssMb: number
  readonly channels: number
  /** SIP transactions, dialogs, and legs and ports of media; UDP sockets of the process, and timers of its main thread. */
  readonly held: Readonly<Record<string, number>>
}

async function held(): Promise<Usage['held']> {
  const text = await (await fetch(`${node.system.platform.adminUrl}/metrics`)).text()
  const values = [...text.matchAll(/^voipbin_switch_(sip_transactions|sip_dialogs|media)(?:\{\w+="(\w+)"\})? (\d+)$/gm)]
  const counted = Object.fromEntries(values.map(([, name = '', label = '', value]) => [`${name} ${label}`.trim(), Number(value)]))
  const handles = process.getActiveResourcesInfo()
  return {
    transactions: (counted['sip_transactions client'] ?? 0) + (counted['sip_transactions server'] ?? 0),
    dialogs: counted.sip_dialogs ?? 0,
    legs: counted['media legs'] ?? 0,
    ports: counted['media ports'] ?? 0,
    sockets: openUdpSockets(),
    timers: handles.filter((kind) => kind === 'Timeout').length,
  }
}

/** Also those of the media workers, which no thread can see of another. */
function openUdpSockets(): number {
  const inodes = new Set(
    readFileSync('/proc/net/udp', 'latin1')
      .split('\n')
      .slice(1)
      .flatMap((line) => line.trim().split(/\s+/)[9] ?? []),
  )
  return readdirSync('/proc/self/fd').filter((descriptor) => inodes.has(/\d+/.exec(linkOf(descriptor))?.[0] ?? '')).length
}

function linkOf(descriptor: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${descriptor}`)
  } catch {
    return '' // closed meanwhile
  }
}

process.on('message', async (asked) => {
  if (asked === 'usage') {
    const { user, system } = process.cpuUsage()
    const { channels } = await node.client.listChannels({})
    const usage: Usage = {
      ...{ cpuMs: (user + system) / 1_000, rssMb: process.memoryUsage.rss() / 2 ** 20, channels: channels.length },
      held: await held(),
    }
    process.send?.(usage)
  } else {
    await node.close()
    process.exit(0)
  }
})
process.send?.({ udp: node.udp })
