import { afterEach, describe, expect, it } from 'vitest'
import { Peer, reply, sdp } from './wire.ts'
import { startWired, type WiredSwitch } from './wired-switch.ts'

let wired: WiredSwitch
afterEach(() => wired.node.close())

const CALLS = 300
/** Past every transaction, and the rest of a port. */
const REST_MS = 60_000

/** What a node holds, out of its metrics. */
async function held(): Promise<Readonly<Record<string, number>>> {
  const text = await (await fetch(`${wired.node.system.platform.adminUrl}/metrics`)).text()
  const values = [...text.matchAll(/^voipbin_switch_(sip_transactions|sip_dialogs|media)(?:\{\w+="(\w+)"\})? (\d+)$/gm)]
  return Object.fromEntries(values.map(([, name, label = '', value]) => [`${name} ${label}`.trim(), Number(value)]))
}

describe('a node after many calls', () => {
  it('holds nothing of them, however they went', async () => {
    wired = await startWired()
    for (let index = 0; index < CALLS; index++) {
      const peer = new Peer(wired.wire)
      peer.invite()
      await new Promise((resolve) => setImmediate(resolve))
      const { id = '' } = wired.node.offers.at(-1) ?? {}
      if (index % 4 === 0) peer.cancel()
      else await wired.node.command.answer({ id })
      if (index % 4 > 1) peer.ack() // of the rest, some never do
      if (index % 4 === 2) peer.request('BYE')
      else if (index % 4 === 3) await wired.node.command.hangup({ id, cause: 16 })
    }
    for (let index = 0; index < CALLS; index++) {
      const id = await wired.dial()
      const invite = wired.wire.requests('INVITE').at(-1)
      if (!invite) throw new Error('no INVITE')
      if (index % 3 > 0) reply(wired.wire, invite, 180)
      if (index % 3 === 1) reply(wired.wire, invite, 200, { body: sdp() })
      await wired.node.command.hangup({ id, cause: 16 })
      // It rings at two when we have gone: neither may ever say more.
      if (index % 3 === 0) for (const tag of ['one', 'other']) reply(wired.wire, invite, 180, { tag })
      wired.wire.sent.length = 0
    }
    expect((await held())['sip_transactions client']).toBeGreaterThan(0)
    await wired.clock.jump(REST_MS)
    await wired.clock.jump(REST_MS)
    await wired.clock.jump(REST_MS)
    expect((await wired.node.client.listChannels({})).channels).toEqual([])
    expect(await held()).toMatchObject({
      ...{ 'sip_transactions client': 0, 'sip_transactions server': 0, sip_dialogs: 0 },
      ...{ 'media legs': 0, 'media ports': 0, 'media playbacks': 0, 'media recordings': 0 },
    })
  })
})
