/** The switch of `bench/calls.ts` in a process of its own: a stand-in for `call` takes and answers every INVITE, a registrar knows one trunk. */
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

process.on('message', async (asked) => {
  if (asked === 'usage') {
    const { user, system } = process.cpuUsage()
    const { channels } = await node.client.listChannels({})
    process.send?.({ cpuMs: (user + system) / 1_000, rssMb: process.memoryUsage.rss() / 2 ** 20, channels: channels.length })
  } else {
    await node.close()
    process.exit(0)
  }
})
process.send?.({ udp: node.udp })
