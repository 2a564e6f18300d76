import { type Direct, directContract } from '@voipbin/contracts/direct'
import { registrarContract } from '@voipbin/contracts/registrar'
import { directService } from '@voipbin/direct'
import { Phone, type PhoneCall } from '@voipbin/phone'
import { registrarService } from '@voipbin/registrar'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePorts } from '../free-ports.ts'
import type { Channel } from './channel.ts'
import { hears } from './hearing.ts'
import { LiveProcess } from './processes/live-process.ts'
import { Scene, wait } from './scene.ts'

/** A call that hears 440 Hz. */
async function aCall(scene: Scene, user: string): Promise<{ call: PhoneCall; channel: Channel }> {
  const served = scene.serve(user, async (channel) => {
    await channel.answer()
    await channel.play([{ tone: '440' }], { loops: 0 })
    return channel
  })
  const phone = await scene.phone({ user })
  const call = await (await phone.dial(scene.uri(user))).answered()
  return { call, channel: await served }
}

describe('a switch that is full', () => {
  let scene: Scene
  beforeAll(async () => {
    scene = await Scene.open({ env: { VOIPBIN_SWITCH_CAPACITY: '1' } })
  })
  afterAll(() => scene?.close())

  it('answers 503 with Retry-After while the call that it has goes on, and takes the next when there is room', async () => {
    const { call, channel } = await aCall(scene, 'first')
    await hears(call, 440)
    const offered = scene.node.offers.length
    const phone = await scene.phone()
    const fromMs = call.audio.positionMs
    for (let count = 0; count < 20; count++) expect((await (await phone.dial(scene.uri('first'))).until('ended')).status).toBe(503)
    expect(phone.ladder.once.filter(({ message }) => message.headers.has('Retry-After'))).toHaveLength(20)
    expect(scene.node.offers).toHaveLength(offered)
    await wait(300)
    expect(call.audio.heard.shareOf(440, { fromMs })).toBeGreaterThan(0.8)
    expect(call.audio.received.counts.lost).toBe(0)
    await call.hangUp()
    await channel.ended()
    const next = await aCall(scene, 'next')
    await next.call.hangUp()
  })
})

describe('a switch that is late', () => {
  const running: { kill(): Promise<void> }[] = []
  const phones: Phone[] = []
  afterAll(async () => {
    await Promise.all(phones.map((phone) => phone.close()))
    await Promise.all(running.map((live) => live.kill()))
  })
  const aPhone = async (): Promise<Phone> => {
    const phone = await Phone.open({ user: 'alice' })
    phones.push(phone)
    return phone
  }

  it('answers new calls 503 with Retry-After in less than 200 ms while a call is heard, and takes calls again afterwards', async () => {
    const settings = { GUARDED: 'yes', VOIPBIN_SIP_MAX_LATENESS_MS: '40', RTP_PORT: String(await freePorts(40)) }
    const live = await LiveProcess.start('humming', settings)
    running.push(live)
    const { sip } = await live.until('ready')
    const uri = `sip:tone@${sip}`
    const phone = await aPhone()
    // What came up just now is late by itself.
    const takes = async () => (await (await phone.dial(uri)).until('ended', { timeoutMs: 500 }).catch(() => undefined)) === undefined
    await expect.poll(takes, { timeout: 10_000 }).toBe(true)
    const call = await (await (await aPhone()).dial(uri)).answered()
    await hears(call, 440)
    live.tell({ do: 'beLate', ms: 100 })
    await wait(700)
    const fromMs = call.audio.positionMs
    const took: number[] = []
    for (let count = 0; count < 20; count++) {
      const began = performance.now()
      expect((await (await phone.dial(uri)).until('ended')).status).toBe(503)
      took.push(performance.now() - began)
    }
    expect(phone.ladder.once.filter(({ message }) => message.headers.has('Retry-After')).length).toBeGreaterThanOrEqual(20)
    // One or two may meet a moment of somebody else's on this machine.
    expect(took.toSorted((one, other) => one - other)[17]).toBeLessThan(200)
    expect(await call.request('OPTIONS')).toMatchObject({ status: 200 })
    expect(call.audio.heard.shareOf(440, { fromMs })).toBeGreaterThan(0.8)
    live.tell({ do: 'beLate', ms: 0 })
    await expect.poll(takes, { timeout: 10_000 }).toBe(true)
    await call.hangUp()
  })
})

describe.concurrent('a call that brings no RTP any more', () => {
  let scene: Scene
  beforeAll(async () => {
    scene = await Scene.open({ env: { VOIPBIN_RTP_TIMEOUT_SECONDS: '1' } })
  })
  afterAll(() => scene?.close())

  /** A call over TCP: a phone that is gone is noticed at once. */
  async function aSilentCall(user: string) {
    const served = scene.serve(user, async (channel) => {
      await channel.answer()
      return channel
    })
    const phone = await scene.phone({ transport: 'TCP' })
    const call = await (await phone.dial(scene.uri(user, { transport: 'TCP' }))).answered()
    const channel = await served
    await wait(200)
    call.audio.setSilent(true)
    return { phone, call, channel }
  }

  type Silent = Awaited<ReturnType<typeof aSilentCall>>

  it('is asked whether it lives, and goes on until it does not', async () => {
    const { phone, call, channel } = await aSilentCall('silent')
    await call.until('request')
    expect(call.events.at(-1)).toMatchObject({ type: 'request', method: 'OPTIONS' })
    await wait(500)
    expect(channel.events).not.toContain('channel.ended')
    await phone.close()
    expect(await channel.ended()).toMatchObject({ by: 'network', cause: 27 })
  })

  it.each([
    ['is on hold', async ({ call }: Silent) => void (await call.renegotiate({ direction: 'inactive' }))],
    ['only hears', async ({ call }: Silent) => void (await call.renegotiate({ direction: 'recvonly' }))],
    ['is muted', async ({ channel }: Silent) => channel.mute('in')],
  ])('is not asked while it %s', async (what, begin) => {
    const silent = await aSilentCall(what.replaceAll(' ', '-'))
    await begin(silent)
    const asked = () => silent.call.events.filter((event) => event.type === 'request' && event.method === 'OPTIONS')
    // It may have been asked before.
    const before = asked().length
    await wait(2_500)
    expect(asked()).toHaveLength(before)
    expect(silent.channel.events).not.toContain('channel.ended')
    await silent.call.hangUp()
  })

  it('ends where its phone is gone', async () => {
    const { phone, channel } = await aSilentCall('gone')
    await phone.close()
    expect(await channel.ended()).toMatchObject({ by: 'network', cause: 27 })
  })
})

describe('calls without a password', () => {
  let scene: Scene
  const env = { VOIPBIN_SIP_ANONYMOUS_CALLS_PER_MINUTE: '2', VOIPBIN_SIP_MAX_LATENESS_MS: '5000' }
  beforeAll(async () => {
    scene = await Scene.open({ isGuarded: true, services: [registrarService, directService], env })
  })
  afterAll(() => scene?.close())

  it('reach a direct hash, so many in a minute of one address', async () => {
    const customer_id = crypto.randomUUID()
    const client = scene.node.system.client
    const { direct_hash: hash } = await client(registrarContract).createExtension({ customer_id, extension: '1000' })
    const find = (): Promise<Direct | undefined> =>
      client(directContract)
        .getDirectByHash({ hash })
        .catch(() => undefined)
    await expect.poll(find).toBeDefined()
    const phone = await scene.phone({ user: 'visitor', host: '127.0.0.5' })
    const statuses: number[] = []
    for (let count = 0; count < 3; count++) {
      scene.refuse(hash, { cause: 17 })
      statuses.push((await (await phone.dial(scene.uri(hash))).until('ended')).status)
    }
    expect(statuses).toEqual([486, 486, 503])
    expect(scene.node.offers.at(-1)).toMatchObject({ customer_id, identified_by: 'none', destination_user: hash })
    const elsewhere = await scene.phone({ user: 'visitor', host: '127.0.0.6' })
    expect((await (await elsewhere.dial(scene.uri(hash))).until('ended')).status).toBe(486)
  })
})
