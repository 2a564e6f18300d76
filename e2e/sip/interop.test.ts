import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { readWav, SAMPLE_RATE_HZ, shareOf, strongestTone, toneSource } from '@voipbin/phone'
import { registrarService } from '@voipbin/registrar'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { freePorts } from '../free-ports.ts'
import type { Channel } from './channel.ts'
import { hears } from './hearing.ts'
import { type Baresip, startBaresip } from './peers/baresip.ts'
import { hasProgram } from './peers/require-program.ts'
import { carrierRegistrar, uacTalks, uasTalks } from './peers/scenarios.ts'
import { startSipp } from './peers/sipp.ts'
import { Scene, wait } from './scene.ts'

let scene: Scene
const closing: (() => Promise<void>)[] = []
beforeAll(async () => {
  scene = await Scene.open()
})
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()))
})
afterAll(() => scene?.close())

async function aBaresip(options?: Parameters<typeof startBaresip>[0]): Promise<Baresip> {
  const baresip = await startBaresip(options)
  closing.push(() => baresip.close())
  return baresip
}

/** What the party of a channel says, over the next while. */
async function recorded(channel: Channel, ms = 600): Promise<Int16Array> {
  const { ended } = await channel.record({ direction: 'in', max_duration_ms: ms })
  return readWav(readFileSync(String((await ended())['file']))).samples
}
const answer = async (channel: Channel): Promise<Channel> => {
  await channel.answer()
  return channel
}

describe.skipIf(!hasProgram('baresip'))('the switch and baresip', () => {
  it('is called by it: both hear each other', async () => {
    const baresip = await aBaresip()
    const served = scene.serve('tone', answer)
    await baresip.command('dial', scene.uri('tone'))
    const channel = await served
    await baresip.event('CALL_ESTABLISHED')
    await channel.play([{ tone: '440' }], { loops: 0 })
    expect(strongestTone((await recorded(channel)).subarray(2_000), SAMPLE_RATE_HZ).frequencyHz).toBe(600)
    await wait(300)
    await channel.hangup()
    await baresip.event('CALL_CLOSED')
    const heard = baresip.heard()
    expect(shareOf(heard.subarray(heard.length - 6_000, heard.length - 2_000), 440, SAMPLE_RATE_HZ)).toBeGreaterThan(0.8)
  })

  it('calls it: is put on hold and taken back, hears its digits, and is hung up', async () => {
    const baresip = await aBaresip()
    const channel = await scene.dial(baresip.address)
    await baresip.event('CALL_INCOMING')
    expect(await channel.until('channel.progress')).toMatchObject({ is_ringing: true })
    await baresip.command('accept')
    await channel.until('channel.answered')
    await baresip.command('hold')
    await channel.until('channel.held')
    await baresip.command('resume')
    await channel.until('channel.unheld')
    await baresip.command('sndcode', '7')
    expect(await channel.until('channel.digit')).toMatchObject({ digit: '7', method: 'rfc4733' })
    await baresip.command('hangup')
    expect(await channel.ended()).toMatchObject({ by: 'remote', cause: 16 })
  })

  it('brings it together with a phone', async () => {
    const baresip = await aBaresip({ account: ';regint=0;answermode=auto' })
    const phone = await scene.phone()
    const served = scene.serve('bridge', answer)
    const call = await (await phone.dial(scene.uri('bridge'))).answered()
    const [ours, theirs] = [await served, await scene.dial(baresip.address)]
    await theirs.until('channel.answered')
    const bridge = await scene.bridge()
    await Promise.all([ours.join(bridge), theirs.join(bridge)])
    void call.audio.play(toneSource([900]))
    await hears(call, 600)
    await wait(500)
    await call.hangUp()
    await theirs.hangup()
    await baresip.event('CALL_CLOSED')
    const heard = baresip.heard()
    expect(shareOf(heard, 900, SAMPLE_RATE_HZ)).toBeGreaterThan(0.5)
  })
})

describe('the switch and `voipbin phone`', () => {
  it('dials: hears its own tone come back, and says so by its exit code', async () => {
    const served = scene.serve('echo', async (channel) => {
      await channel.answer()
      await channel.echo(true)
      return channel
    })
    const main = join(import.meta.dirname, '../../apps/voipbin/src/main.ts')
    const flags = [
      '--tone',
      '440',
      '--duration',
      '1.5',
      '--digits',
      '5',
      '--expect',
      'tone=440',
      '--expect',
      'ended=local',
      '--expect',
      'codec=PCMU',
    ]
    const { stdout } = await promisify(execFile)(process.execPath, [main, 'phone', 'dial', scene.uri('echo'), ...flags])
    expect(stdout).toMatch(/── INVITE .*▶[\s\S]*◀─ 200 OK \(PCMU\)[\s\S]*── BYE /)
    expect(stdout).toMatch(/^ok {4}tone=440$/m)
    const channel = await served
    expect(await channel.ended()).toMatchObject({ by: 'remote', cause: 16 })
    expect(channel.digits).toBe('5')
  })
})

describe.skipIf(!hasProgram('sipp'))('the switch and SIPp', () => {
  it('calls it: what is played comes back, and is recorded', async () => {
    const sipp = await startSipp({ scenario: uasTalks, isEcho: true })
    const channel = await scene.dial(`sip:echo@${sipp.address}`)
    await channel.until('channel.answered')
    await channel.play([{ tone: '700' }], { loops: 0 })
    expect(shareOf((await recorded(channel, 800)).subarray(3_000), 700, SAMPLE_RATE_HZ)).toBeGreaterThan(0.8)
    await channel.hangup()
    await sipp.succeeded()
  })

  it.each(['UDP', 'TCP'] as const)('is called by it thirty times over %s, and nothing is left over', async (transport) => {
    const calls = 30
    const user = `many-${transport}`
    const served = Array.from({ length: calls }, () => scene.serve(user, answer))
    const target = transport === 'TCP' ? scene.node.tcp : scene.node.udp
    const sipp = await startSipp({ scenario: uacTalks, target, service: user, calls, transport })
    await sipp.succeeded()
    const channels = await Promise.all(served)
    for (const channel of channels) {
      expect(await channel.ended()).toMatchObject({ by: 'remote', cause: 16 })
      expect(channel.events).toEqual(['channel.answered', 'channel.ended'])
    }
    const left = new Set((await scene.node.client.listChannels({})).channels.map(({ id }) => id))
    expect(channels.filter(({ id }) => left.has(id))).toEqual([])
  })

  it('registers with it, as with a carrier, and takes that back when it ends', async () => {
    const port = await freePorts(2)
    const sipp = await startSipp({ scenario: carrierRegistrar, port })
    const env = { VOIPBIN_OUTBOUND_REGISTRATIONS: `sip:acme:secret@127.0.0.1:${port};expires=60` }
    const other = await Scene.open({ isGuarded: true, services: [registrarService], env })
    await wait(500)
    await other.close()
    const { messages } = await sipp.succeeded()
    expect(messages).toMatch(/^Authorization: Digest username="acme", realm="carrier"/m)
    expect(messages).toMatch(/^Contact: <sip:\S*@?127\.0\.0\.1:\d+[^>]*>/m)
  })
})
