import type { DnsPort } from '@voipbin/sip'
import { afterEach, describe, expect, it } from 'vitest'
import { reply, sdp, uriOf } from './wire.ts'
import { startWired, type WiredSwitch } from './wired-switch.ts'

let wired: WiredSwitch
afterEach(() => wired.node.close())

const PUBLIC = '93.184.215.14'
/** Every name leads there, `inside.example` to a host that only the node can reach, `both.example` to either. */
const dns: DnsPort = {
  naptr: async () => [],
  srv: async (name) => (name === '_sip._udp.service.example' ? [{ priority: 1, weight: 1, port: 5070, name: 'inside.example' }] : []),
  a: async (name) => ({ 'inside.example': ['10.0.0.5'], 'both.example': ['10.0.0.5', PUBLIC] })[name] ?? [PUBLIC],
  aaaa: async () => [],
}
const open = async (allow = '') => {
  wired = await startWired({ dns, env: { VOIPBIN_OUTBOUND_ALLOW: allow } })
}
const sentTo = () => wired.wire.sent.map(({ to }) => to)
const answer = sdp('a=sendrecv', { host: PUBLIC, port: 6000 })
const invite = (index = 0) => wired.wire.requests('INVITE')[index] ?? expect.fail(`no INVITE ${index}`)
const forbidden = { by: 'node', cause: 52, sip_status: 0, rule: 'DESTINATION_NOT_PUBLIC' }

describe('a leg to an address that a customer named', () => {
  it.each([
    'sip:x@10.0.0.5',
    'sip:x@192.168.1.1:5080;transport=tcp',
    'sip:x@127.0.0.1',
    'sip:x@0.0.0.0',
    'sip:x@169.254.169.254',
    'sip:x@224.0.0.1',
    'sip:x@255.255.255.255',
    'sip:x@[::1]',
    'sip:x@[::ffff:10.0.0.5]',
    'sip:x@[fd00::1]',
    'sip:x@inside.example',
    'sip:x@inside.example:5062',
    'sip:x@service.example',
    `sip:x@${PUBLIC};maddr=10.0.0.5`,
  ])('%s is forbidden', async (destination) => {
    await open()
    const id = await wired.dial({ destination })
    expect(sentTo()).toEqual([])
    expect(wired.told(id)).toEqual(['channel.ended'])
    expect(wired.lastOf(id)).toMatchObject({ end: forbidden })
  })

  it.each([
    ['sip:x@93.184.215.14', ''],
    ['sip:x@some.example', ''],
    ['sip:x@10.0.0.5', '10.0.0.0/8'],
    ['sip:x@10.0.0.5', '10.0.0.5:5060'],
    ['sip:x@INSIDE.example', 'inside.example:5060'],
    ['sip:x@service.example', 'service.example:5060'],
  ])('%s is dialled where "%s" is listed', async (destination, allow) => {
    await open(allow)
    await wired.dial({ destination })
    expect(sentTo()).toHaveLength(1)
  })

  it.each([
    ['another port of the host', 'sip:x@10.0.0.5:5061', '10.0.0.5:5060'],
    ['another host by maddr', 'sip:x@inside.example;maddr=10.0.0.9', 'inside.example:5060'],
  ])('is forbidden where something else is listed: %s', async (_what, destination, allow) => {
    await open(allow)
    expect(wired.lastOf(await wired.dial({ destination }))).toMatchObject({ end: forbidden })
  })

  it('is tried at those of its addresses only that are public', async () => {
    await open()
    await wired.dial({ destination: 'sip:x@both.example' })
    expect(sentTo()).toEqual([`UDP ${PUBLIC}:5060`])
  })

  it('is led inside by no redirection', async () => {
    await open()
    const id = await wired.dial({ destination: `sip:x@${PUBLIC}` })
    reply(wired.wire, invite(), 302, { contact: '<sip:x@inside.example>' })
    await wired.clock.settle()
    expect(wired.wire.requests('INVITE')).toHaveLength(1)
    expect(wired.lastOf(id)).toMatchObject({ end: forbidden })
  })

  it.each([
    ['a Contact', { contact: '<sip:x@inside.example>' }],
    ['a route', { headers: { 'Record-Route': '<sip:10.0.0.5;lr>' } }],
  ])('is led inside by no answer with %s', async (_what, wish) => {
    await open()
    const id = await wired.dial({ destination: `sip:x@${PUBLIC}` })
    reply(wired.wire, invite(), 200, { body: answer, ...wish })
    await wired.clock.settle()
    await wired.node.command.hangup({ id, cause: 16 })
    await wired.clock.settle()
    expect([...new Set(sentTo())]).toEqual([`UDP ${PUBLIC}:5060`])
    expect(wired.wire.requests('BYE')).toHaveLength(1)
  })

  it.each([
    ['10.0.0.5', '', PUBLIC],
    ['10.0.0.5', '10.0.0.0/8', '10.0.0.5'],
    ['93.184.215.99', '', '93.184.215.99'],
  ])('whose answer has media sent to %s, with "%s" listed, has it sent to %s', async (host, allow, sentTo) => {
    await open(allow)
    const id = await wired.dial({ destination: `sip:x@${PUBLIC}` })
    reply(wired.wire, invite(), 200, { body: sdp('a=sendrecv', { host, port: 6000 }) })
    await wired.clock.settle()
    expect(wired.media.legs.get(id)?.media).toMatchObject({ remoteAddress: sentTo, remoteRtpPort: 6000, signallingAddress: PUBLIC })
  })
})

describe('a leg to an inside address', () => {
  it('is dialled where an operator named it', async () => {
    await open()
    await wired.dial({ destination: 'sip:+15550100@10.0.0.5', is_trusted: true })
    expect(sentTo()).toEqual(['UDP 10.0.0.5:5060'])
    reply(wired.wire, invite(), 302, { contact: '<sip:+15550100@10.0.0.6>' })
    await wired.clock.settle()
    expect(uriOf(invite(1))).toBe('sip:+15550100@10.0.0.6')
  })

  it('is dialled where a phone registered from there, and nowhere else', async () => {
    await open()
    await wired.dial({ destination: 'sip:1000@10.0.0.5:5066', registered_at: 'udp:10.0.0.5:40312' })
    expect(sentTo()).toEqual(['UDP 10.0.0.5:5066'])
    const other = await wired.dial({ destination: 'sip:1000@10.0.0.6', registered_at: 'udp:10.0.0.5:40312' })
    expect(wired.lastOf(other)).toMatchObject({ end: forbidden })
  })
})
