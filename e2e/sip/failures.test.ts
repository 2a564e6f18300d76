import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Phone, type PhoneCall, readWav, SAMPLE_RATE_HZ, shareOf } from '@voipbin/phone'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { freePorts } from '../free-ports.ts'
import { openPremises, type Premises, requireServers } from '../servers.ts'
import { hears } from './hearing.ts'
import { LiveProcess } from './processes/live-process.ts'
import { wait } from './scene.ts'

const urls = requireServers()
type Summary = { readonly channels: readonly { readonly id: string }[] }

/** Switch, stand-in for `call` and phones are processes of their own, and any of them may be gone. */
describe.skipIf(urls === undefined)('when a process is killed', () => {
  let premises: Premises
  const running: LiveProcess[] = []
  const phones: Phone[] = []
  const dataDir = mkdtempSync(join(tmpdir(), 'voipbin-failures-'))

  beforeAll(async () => {
    if (urls) premises = await openPremises(urls)
  })
  afterAll(async () => {
    rmSync(dataDir, { recursive: true, force: true })
    await premises?.clearUp()
  })
  // All that stand in for `call` share one queue: none may be left.
  afterEach(async () => {
    await Promise.all(phones.splice(0).map((phone) => phone.close()))
    await Promise.all(running.splice(0).map((live) => live.kill()))
  })

  const started = async (live: Promise<LiveProcess>): Promise<LiveProcess> => {
    running.push(await live)
    return live
  }
  /** A node on ports of its own, always the same, and who commands it. */
  async function aPair(name: string) {
    const [port, rtp] = [await freePorts(2), await freePorts(40)]
    const bus = { BUS_URL: premises.urls.bus, DATA_DIR: dataDir }
    const sip = { VOIPBIN_SIP_UDP_PORT: String(port), VOIPBIN_SIP_TCP_PORT: String(port) }
    const startNode = () => started(LiveProcess.start('switch', { ...bus, ...sip, VOIPBIN_SWITCH_NODE: name, RTP_PORT: String(rtp) }))
    const startCall = () => started(LiveProcess.start('call', { ...bus, NODE: name }))
    const [node, call] = await Promise.all([startNode(), startCall()])
    return { node, call, startNode, startCall, uri: `sip:tone@127.0.0.1:${port}` }
  }

  async function aCall(uri: string): Promise<{ phone: Phone; call: PhoneCall }> {
    const phone = await Phone.open({ user: 'alice' })
    phones.push(phone)
    const call = await (await phone.dial(uri)).answered()
    await hears(call, 440)
    return { phone, call }
  }

  const endings = (live: LiveProcess) => live.told.flatMap((told) => (told.kind === 'closed' ? [told.why] : []))

  it('the switch: who commands it learns of it by its next life, and the phone when it asks', async () => {
    const { node, call: commander, startNode, uri } = await aPair('killed')
    const { call } = await aCall(uri)
    const { channels } = (await commander.ask({ do: 'command', name: 'listChannels', input: {} })) as Summary
    const epoch = node.told.find((told) => told.kind === 'ready')?.epoch
    const subject = { kind: 'channel', id: channels[0]?.id }
    const recording = { epoch, id: crypto.randomUUID(), subject, direction: 'out' }
    expect(await commander.ask({ do: 'command', name: 'record', input: recording })).toMatchObject({ result: 'ok' })
    await wait(2_000)
    await node.kill()
    const { samples } = readWav(readFileSync(join(dataDir, 'switch', 'recordings', `${recording.id}.wav`)))
    expect(samples.length).toBeGreaterThan(0.5 * SAMPLE_RATE_HZ)
    expect(shareOf(samples, 440, SAMPLE_RATE_HZ)).toBeGreaterThan(0.8)
    const next = await startNode()
    const { channel } = await commander.until('closed')
    // A machine that needs longer than 6 s for a start has let the old life be lost before the new one was heard of.
    const [why = ''] = endings(commander)
    expect(['a new epoch', 'lost']).toContain(why)
    const [before, after] = [node, next].map((live) => live.told.find((told) => told.kind === 'ready')?.epoch)
    expect(after).not.toBe(before)
    expect(await commander.ask({ do: 'command', name: 'hangup', input: { epoch: before, id: channel, cause: 16 } })).toMatchObject({
      result: 'gone',
    })
    expect(((await commander.ask({ do: 'command', name: 'listChannels', input: {} })) as Summary).channels).toEqual([])
    await call.hangUp()
    expect(call.events.filter(({ type }) => type === 'ended')).toHaveLength(1)
    const { call: another } = await aCall(uri)
    await another.hangUp()
    await commander.until('closed', ({ why }) => why === 'ended')
    expect(endings(commander)).toEqual([why, 'ended'])
  })

  it('the switch, for good: it is lost after 6 s of silence', async () => {
    const { node, call: commander, uri } = await aPair('lost')
    const { call } = await aCall(uri)
    await node.kill()
    await commander.until('closed', () => true, 12_000)
    expect(endings(commander)).toEqual(['lost'])
    expect(call.audio.silentMs).toBeGreaterThan(1_000)
  })

  it('who commands it: a call goes on and can be ended by either side, a new one is refused at once', async () => {
    const { call: commander, startCall, uri } = await aPair('alone')
    const [first, second] = [await aCall(uri), await aCall(uri)]
    await commander.kill()
    await hears(first.call, 440)
    const refused = await first.phone.dial(uri)
    expect(await refused.until('ended', { timeoutMs: 4_000 })).toMatchObject({ by: 'remote', status: 503 })
    expect(first.phone.ladder.steps.some(({ message }) => message.kind === 'response' && message.headers.has('Retry-After'))).toBe(true)
    await first.call.hangUp()
    expect(first.call.ended).toMatchObject({ by: 'local', text: 'hung up' })
    const next = await startCall()
    const { epoch, channels } = (await next.ask({ do: 'command', name: 'listChannels', input: {} })) as Summary & { readonly epoch: string }
    expect(channels).toHaveLength(1)
    await next.ask({ do: 'command', name: 'hangup', input: { epoch, id: channels[0]?.id, cause: 41 } })
    expect(await second.call.until('ended')).toMatchObject({ by: 'remote', reason: 'Q.850;cause=41' })
    await hears((await aCall(uri)).call, 440)
  })

  it('a media worker: its calls end with a cause of the node, and new ones are heard', async () => {
    const { node, call: commander, uri } = await aPair('worker')
    const { call } = await aCall(uri)
    node.tell({ do: 'killWorker' })
    expect(await call.until('ended')).toMatchObject({ by: 'remote', reason: expect.stringContaining('cause=41') })
    const { event } = await commander.until('event', (told) => told.event.type === 'channel.ended')
    expect(event.data['end']).toMatchObject({ by: 'node', cause: 41 })
    await commander.until('closed')
    const own = commander.told.flatMap((told) =>
      told.kind === 'event' && told.event.data['subject_id'] === event.data['subject_id'] ? [told.event] : [],
    )
    expect(own.map(({ data }) => data['seq'])).toEqual(own.map((_, index) => index + 1))
    expect(own.at(-1)?.type).toBe('channel.ended')
    expect(endings(commander)).toEqual(['ended'])
    const { call: another } = await aCall(uri)
    await another.hangUp()
  })
})
