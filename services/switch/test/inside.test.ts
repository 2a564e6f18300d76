import { afterEach, describe, expect, it } from 'vitest'
import { startWired, type WiredSwitch } from './wired-switch.ts'

let wired: WiredSwitch
afterEach(() => wired.node.close())

const settle = () => wired.clock.settle()
const NUMBER = '+899123456789'

/** A leg to a number of this platform. @returns both ends, the callee's offered and taken */
async function call(leg: object = {}): Promise<{ caller: string; callee: string }> {
  wired ??= await startWired()
  const caller = await wired.dial({ destination: `tel:${NUMBER}`, from: { user: '+899000', display_name: 'Ann' }, ...leg })
  await settle()
  return { caller, callee: wired.node.offers.at(-1)?.id ?? '' }
}

describe('a number of this platform', () => {
  it('is offered to call as from nobody, and nothing is sent', async () => {
    wired = await startWired()
    const { caller, callee } = await call({ via: ['+1', NUMBER], headers: [{ name: 'X-A', value: 'b' }] })
    expect(wired.node.offers).toMatchObject([
      {
        ...{ id: callee, identified_by: 'none', destination_user: NUMBER, destination_host: '', from_user: '+899000', from_name: 'Ann' },
        ...{ via: ['+1', NUMBER], headers: [{ name: 'X-A', value: 'b' }], has_offer: true },
      },
    ])
    expect(callee).not.toBe(caller)
    expect(wired.wire.requests('INVITE')).toEqual([])
  })

  it('rings, sounds, is answered and hung up by the caller', async () => {
    wired = await startWired()
    const { caller, callee } = await call()
    await wired.node.command.ring({ id: callee })
    await wired.node.command.progress({ id: callee })
    await settle()
    expect(wired.lastOf(caller)).toMatchObject({ is_ringing: true, has_early_media: true })
    await wired.node.command.answer({ id: callee })
    await settle()
    expect(wired.told(caller)).toEqual(['channel.progress', 'channel.progress', 'channel.answered'])
    const ports = [caller, callee].map((id) => wired.media.legs.get(id)?.media)
    expect(ports).toMatchObject([{ remoteAddress: '127.0.0.1' }, { remoteAddress: '127.0.0.1' }])
    expect(ports[0]?.remoteRtpPort).not.toBe(ports[1]?.remoteRtpPort)
    await wired.node.command.hangup({ id: caller, cause: 16, tag: '' })
    await settle()
    expect(wired.lastOf(caller)).toMatchObject({ end: { by: 'local', cause: 16 } })
    expect(wired.lastOf(callee)).toMatchObject({ end: { by: 'remote', cause: 16 } })
  })

  it('hangs up: the caller is told, with the cause', async () => {
    wired = await startWired()
    const { caller, callee } = await call()
    await wired.node.command.answer({ id: callee })
    await settle()
    await wired.node.command.hangup({ id: callee, cause: 31, tag: '' })
    await settle()
    expect(wired.lastOf(caller)).toMatchObject({ end: { by: 'remote', cause: 31 } })
  })

  it('is held by one end, which the other is told, and taken back', async () => {
    wired = await startWired()
    const { caller, callee } = await call()
    await wired.node.command.answer({ id: callee })
    await settle()
    await wired.node.command.hold({ id: callee, is_on_hold: true })
    await settle()
    expect(wired.told(caller).at(-1)).toBe('channel.held')
    expect(wired.media.legs.get(caller)?.media).toMatchObject({ sends: false, receives: true })
    await wired.node.command.hold({ id: callee, is_on_hold: false })
    await settle()
    expect(wired.told(caller).at(-1)).toBe('channel.unheld')
    expect(wired.media.legs.get(callee)?.media).toMatchObject({ sends: true, receives: true })
  })

  it('refuses: the caller is told why', async () => {
    wired = await startWired()
    const { caller, callee } = await call()
    await wired.node.command.hangup({ id: callee, cause: 17, tag: '' })
    await settle()
    expect(wired.lastOf(caller)).toMatchObject({ end: { by: 'remote', cause: 17, sip_status: 486 } })
  })

  it('that nothing answers to is refused as call says', async () => {
    wired = await startWired({ offerCall: () => ({ decision: 'reject', cause: 1, sip_status: 404 }) })
    const { caller } = await call()
    expect(wired.lastOf(caller)).toMatchObject({ end: { by: 'remote', cause: 1, sip_status: 404 } })
    expect(wired.told(wired.node.offers[0]?.id ?? '')).toEqual([])
  })

  it.each([false, true])('is given up before it answers, whether it rang or not', async (rings) => {
    wired = await startWired()
    const { caller, callee } = await call()
    if (rings) await wired.node.command.ring({ id: callee })
    await settle()
    await wired.node.command.hangup({ id: caller, cause: 26, tag: '' })
    await settle()
    expect(wired.lastOf(caller)).toMatchObject({ end: { by: 'local', cause: 26 } })
    expect(wired.lastOf(callee)).toMatchObject({ end: { by: 'remote', cause: 26 } })
    expect(wired.media.legs.size).toBe(0)
  })

  it('that answers somebody who has just gone is left by nobody', async () => {
    wired = await startWired()
    const { caller, callee } = await call()
    await Promise.all([wired.node.command.answer({ id: callee }), wired.node.command.hangup({ id: caller, cause: 16, tag: '' })])
    await settle()
    expect([wired.told(caller).at(-1), wired.told(callee).at(-1)]).toEqual(['channel.ended', 'channel.ended'])
  })

  it('is no more than the node has room for', async () => {
    wired = await startWired({ env: { VOIPBIN_SWITCH_CAPACITY: '1' } })
    const { caller } = await call()
    expect(wired.node.offers).toEqual([])
    expect(wired.lastOf(caller)).toMatchObject({ end: { by: 'network', sip_status: 503 } })
  })

  it('tells both ends of a node without ports', async () => {
    wired = await startWired()
    wired.media.failPorts(new Error('no port'))
    const { caller } = await call()
    expect(wired.lastOf(caller)).toMatchObject({ end: { by: 'node', cause: 42 } })
  })
})
