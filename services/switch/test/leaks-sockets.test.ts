import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { createMediaEngine } from '@voipbin/media'
import { createFakeClock } from '@voipbin/test-kit'
import { afterEach, expect, test } from 'vitest'
import { type RunningSwitch, startSwitch } from './start-switch.ts'
import { sdp } from './wire.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close()
})

/** The bench `calls` does the same with 10 000. */
const CALLS = 1_000
const AT_ONCE = 10
/** Past every transaction. */
const REST_MS = 60_000

/** Inodes of the UDP sockets of this process, those of worker threads among them. */
function udpSockets(): number {
  const inodes = new Set(readFileSync('/proc/net/udp', 'latin1').match(/(?<= )\d{2,}(?= \d+ [0-9a-f]{16})/g))
  return readdirSync('/proc/self/fd').filter((descriptor) => inodes.has(/\d+/.exec(linkOf(descriptor))?.[0] ?? '')).length
}

function linkOf(descriptor: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${descriptor}`)
  } catch {
    return ''
  }
}

/** Calls, talks for no time and hangs up, a few at once. Resolves when each has its BYE answered. */
async function callMany(to: string, count: number): Promise<void> {
  const [host = '', port = ''] = to.split(':')
  const socket = createSocket('udp4').bind(0, '127.0.0.1')
  closers.push(() => socket.close())
  await once(socket, 'listening')
  const local = socket.address().port
  const { promise, resolve } = Promise.withResolvers<void>()
  let [begun, done] = [0, 0]
  const send = (method: string, id: string, { cseq, toTag = '', body = '' }: { cseq: number; toTag?: string; body?: string }) =>
    socket.send(
      `${method} sip:100@${to} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:${local};branch=z9hG4bK${id}${method};rport\r\nMax-Forwards: 70\r\n` +
        `From: <sip:a@127.0.0.1>;tag=${id}\r\nTo: <sip:100@${to}>${toTag}\r\nCall-ID: ${id}\r\nCSeq: ${cseq} ${method}\r\n` +
        `Contact: <sip:a@127.0.0.1:${local}>\r\nContent-Type: application/sdp\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      Number(port),
      host,
    )
  const call = () => void (begun < count && send('INVITE', `call${begun++}`, { cseq: 1, body: sdp() }))
  socket.on('message', (datagram) => {
    const text = datagram.toString('latin1')
    if (!text.startsWith('SIP/2.0 200')) return
    const id = /\r\nCall-ID: (.+)\r\n/.exec(text)?.[1] ?? ''
    if (text.includes('\r\nCSeq: 2 BYE')) {
      call()
      if (++done === count) resolve()
      return
    }
    const toTag = /\r\nTo: [^\r]*(;tag=[^\r;]+)/.exec(text)?.[1] ?? ''
    send('ACK', id, { cseq: 1, toTag })
    send('BYE', id, { cseq: 2, toTag })
  })
  for (let each = 0; each < AT_ONCE; each++) call()
  await promise
}

async function held({ system }: RunningSwitch): Promise<Readonly<Record<string, number>>> {
  const text = await (await fetch(`${system.platform.adminUrl}/metrics`)).text()
  const values = [
    ...text.matchAll(/^voipbin_switch_(sip_transactions|sip_dialogs|media)(?:\{\w+="(legs|ports|server|client)"\})? (\d+)$/gm),
  ]
  return Object.fromEntries(values.map(([, name, label = '', value]) => [`${name} ${label}`.trim(), Number(value)]))
}

test.skipIf(!existsSync('/proc/net/udp'))('calls on real sockets leave no socket, port, timer or transaction', async () => {
  const clock = createFakeClock()
  const node = await startSwitch({
    openEngine: () => createMediaEngine({ workers: 1, firstPort: 26_000, lastPort: 29_999 }),
    clock,
    offerCall: ({ id }, { command }) => {
      queueMicrotask(() => void command.answer({ id }))
      return { decision: 'take', customer_id: crypto.randomUUID(), affinity: id }
    },
  })
  closers.push(() => node.close())
  const nothing = { 'sip_transactions client': 0, 'sip_transactions server': 0, sip_dialogs: 0, 'media legs': 0, 'media ports': 0 }
  expect(await held(node)).toEqual(nothing)
  const [sockets, timers] = [udpSockets(), process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length]
  expect(sockets).toBeGreaterThan(0)
  await callMany(node.udp, CALLS)
  expect(await held(node)).toMatchObject({ 'sip_transactions server': 2 * CALLS })
  await expect.poll(async () => (await held(node))['media ports'], { timeout: 10_000 }).toBe(0)
  await clock.jump(REST_MS)
  expect(await held(node)).toEqual(nothing)
  expect((await node.client.listChannels({})).channels).toEqual([])
  // The caller's own is left.
  await expect.poll(udpSockets, { timeout: 10_000 }).toBe(sockets + 1)
  expect(process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length).toBeLessThanOrEqual(timers + 1)
})
