import { afterEach, describe, expect, it } from 'vitest'
import { reply, uriOf } from './wire.ts'
import { startWired, type WiredSwitch } from './wired-switch.ts'

let wired: WiredSwitch
afterEach(() => wired.node.close())

describe('probe', () => {
  it.each([200, 404, 503])('counts %s as an answer', async (status) => {
    wired = await startWired()
    const probed = wired.node.client.probe({ destination: 'sip:192.0.2.20:5080' })
    await wired.clock.settle()
    const [options] = wired.wire.requests('OPTIONS')
    if (!options) throw new Error('nothing was asked')
    expect([uriOf(options), wired.wire.sent[0]?.to]).toEqual(['sip:192.0.2.20:5080', 'UDP 192.0.2.20:5080'])
    expect(options.headers.raw('From')).toMatch(/^<sip:192\.0\.2\.1[^>]*>;tag=/)
    reply(wired.wire, options, 100)
    reply(wired.wire, options, status)
    expect(await probed).toEqual({ is_answered: true, sip_status: status })
  })

  it('says so where no answer comes in time, or nobody can be asked', async () => {
    wired = await startWired()
    const silent = { is_answered: false, sip_status: 0 }
    const probed = wired.node.client.probe({ destination: 'sip:192.0.2.20', timeout_ms: 3000 })
    await wired.clock.advance(3000)
    expect(await probed).toEqual(silent)
    wired.wire.dead.add('192.0.2.21')
    const dead = wired.node.client.probe({ destination: 'sip:192.0.2.21' })
    await wired.clock.settle()
    expect(await dead).toEqual(silent)
    expect(await wired.node.client.probe({ destination: 'tel:+1555' })).toEqual(silent)
  })
})
