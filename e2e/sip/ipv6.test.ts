import { networkInterfaces } from 'node:os'
import { toneSource } from '@voipbin/phone'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hears } from './hearing.ts'
import { Scene } from './scene.ts'

/** A container may have no IPv6 at all. */
const hasIpv6 = Object.values(networkInterfaces()).some((each) => each?.some(({ address }) => address === '::1'))

let scene: Scene
beforeAll(async () => {
  if (!hasIpv6) process.stderr.write('skipped, because this machine has no ::1\n')
  else scene = await Scene.open({ env: { VOIPBIN_SIP_HOST: '127.0.0.1,::1' } })
})
afterAll(() => scene?.close())

/** `[::1]:port` of the switch. */
const address = (protocol: 'udp' | 'tcp') => {
  const port = new RegExp(`${protocol}:::1:(\\d+)`).exec(scene.node.system.platform.descriptions.join(' '))?.[1]
  return `[::1]:${port}`
}

describe.skipIf(!hasIpv6)('over IPv6', () => {
  it.each(['udp', 'tcp'] as const)('a phone calls over %s, hears and is heard', async (protocol) => {
    const served = scene.serve(`six-${protocol}`, async (channel) => {
      await channel.answer()
      await channel.echo(true)
      return channel
    })
    const phone = await scene.phone({ host: '::1', transport: protocol === 'tcp' ? 'TCP' : 'UDP' })
    const call = await (await phone.dial(`sip:six-${protocol}@${address(protocol)};transport=${protocol}`)).answered()
    void call.audio.play(toneSource([700]))
    await hears(call, 700)
    await call.hangUp()
    expect(await (await served).ended()).toMatchObject({ by: 'remote', cause: 16 })
  })

  it('a phone is called, and brought together with one of IPv4', async () => {
    const [six, four] = [await scene.phone({ user: 'six', host: '::1' }), await scene.phone({ user: 'four' })]
    const legs = await Promise.all([six, four].map((phone) => scene.dial(phone.address)))
    const calls = await Promise.all([six, four].map((phone) => phone.nextCall()))
    for (const call of calls) call.answer()
    for (const leg of legs) await leg.until('channel.answered')
    const bridge = await scene.bridge()
    for (const leg of legs) await leg.join(bridge)
    void calls[0]?.audio.play(toneSource([500]))
    void calls[1]?.audio.play(toneSource([900]))
    for (const [index, frequency] of [900, 500].entries()) await hears(calls[index] ?? expect.fail(), frequency)
    const invite = six.ladder.steps[0]?.message
    expect(invite?.headers.raw('Via')).toMatch(/UDP \[::1\]:\d+;/)
    expect(Buffer.from(invite?.body ?? []).toString()).toContain('c=IN IP6 ::1')
    for (const leg of legs) await leg.hangup()
  })
})
