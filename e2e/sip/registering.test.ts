import { FIRST_CUSTOMER_ID } from '@voipbin/contracts/customer'
import { registrarContract } from '@voipbin/contracts/registrar'
import { switchContract } from '@voipbin/contracts/switch'
import type { SipBinding } from '@voipbin/contracts/switch-legs'
import { offerContract } from '@voipbin/contracts/switch-ports'
import { createMediaEngine } from '@voipbin/media'
import { registrarService } from '@voipbin/registrar'
import { createSwitch } from '@voipbin/switch'
import { fakeService, type System, startSystem } from '@voipbin/test-kit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Baresip, startBaresip } from './peers/baresip.ts'
import { hasProgram } from './peers/require-program.ts'
import { startSipp } from './peers/sipp.ts'

const password = 'correct-horse'
const acme = '11111111-1111-4111-8111-111111111111'
const domainOf = (customerId: string) => `${customerId}.registrar.voipbin.test`
type Offer = {
  readonly id: string
  readonly customer_id: string
  readonly identified_by: string
  readonly identity_id: string
  readonly destination_user: string
}

let system: System
let offers: Offer[]
const closing: (() => Promise<void>)[] = []

/** A switch node and the registrar, with a stand-in for `call` that answers whatever it is offered. */
async function start(env: Readonly<Record<string, string>> = {}): Promise<void> {
  offers = []
  system = await startSystem({
    services: [
      registrarService,
      createSwitch({ openEngine: () => createMediaEngine({ firstPort: 23_000, lastPort: 23_999, workers: 1 }) }),
    ],
    contracts: [registrarContract, switchContract, offerContract],
    env: { VOIPBIN_SIP_UDP_PORT: '0', VOIPBIN_SIP_TCP_PORT: '0', VOIPBIN_SWITCH_DRAIN_SECONDS: '0', ...env },
  })
  const node = system.client(switchContract, 'switch')
  const { epoch } = await node.listChannels({})
  await fakeService(system.bus, offerContract, {
    offerCall: (offer: Offer) => {
      offers.push(offer)
      setImmediate(() => void node.answer({ epoch, id: offer.id }))
      return { decision: 'take', customer_id: offer.customer_id, affinity: offer.id }
    },
  })
  closing.push(() => system.close())
}

beforeEach(() => start())
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

const registrar = () => system.client(registrarContract)
const portOf = (protocol: string) =>
  new RegExp(`${protocol}:127\\.0\\.0\\.1:(\\d+)`).exec(system.platform.descriptions.join(' '))?.[1] ?? ''
const makeExtension = (customer_id: string, fields: object = {}) =>
  registrar().createExtension({ customer_id, extension: '1000', password, ...fields })
const bindingsOf = async (customer_id: string, identity_id: string): Promise<readonly SipBinding[]> =>
  (await registrar().listBindings({ customer_id, identity_id })).bindings

async function aBaresip(domain: string, account: string): Promise<Baresip> {
  const baresip = await startBaresip({ user: '1000', domain, account: `;auth_user=1000;answermode=auto${account}` })
  closing.push(() => baresip.close())
  return baresip
}
const byProxy = (protocol: 'udp' | 'tcp') => `;outbound="sip:127.0.0.1:${portOf(protocol)};transport=${protocol}";regint=60`

describe.skipIf(!hasProgram('baresip'))('baresip', () => {
  it.each(['udp', 'tcp'] as const)("registers over %s in its customer's domain, calls, and is called", async (protocol) => {
    const { id } = await makeExtension(acme)
    await makeExtension(FIRST_CUSTOMER_ID)
    const baresip = await aBaresip(domainOf(acme), `;auth_pass=${password}${byProxy(protocol)}`)
    await baresip.said(/200 OK \(\) \[1 binding\]/)
    const [binding, ...others] = await bindingsOf(acme, id)
    expect(others).toEqual([])
    expect(binding).toMatchObject({
      node_id: 'switch',
      source: expect.stringMatching(`^${protocol}:127.0.0.1:`),
      user_agent: expect.stringContaining('baresip'),
    })

    await baresip.command('dial', `sip:2000@${domainOf(acme)}`)
    await baresip.event('CALL_ESTABLISHED')
    expect(offers).toEqual([
      expect.objectContaining({ customer_id: acme, identified_by: 'digest', identity_id: id, destination_user: '2000' }),
    ])
    await baresip.command('hangup')

    const node = system.client(switchContract, 'switch')
    const { epoch } = await node.listChannels({})
    const answered = new Promise((resolve) =>
      system.bus.watch([{ publisher: 'switch', type: 'channel.answered' }], ({ data }) => resolve(data)),
    )
    const leg = { id: crypto.randomUUID(), customer_id: acme, affinity: crypto.randomUUID(), from: { user: '3000' } }
    const { contact = '', flow = '' } = binding ?? {}
    expect(await node.dial({ epoch, ...leg, destination: contact, flow })).toEqual({ result: 'ok', rule: '' })
    expect(await answered).toMatchObject({ channel_id: leg.id })
  })

  it('is challenged with SHA-256 only where its extension says so, and then cannot: it knows MD5 alone', async () => {
    await makeExtension(acme, { digest_algorithm: 'SHA-256' })
    const baresip = await aBaresip(domainOf(acme), `;auth_pass=${password}${byProxy('udp')}`)
    await baresip.said(/Function not implemented/)
  })

  it("registers at an address of this machine as the default customer's", async () => {
    const { id } = await makeExtension(FIRST_CUSTOMER_ID)
    await makeExtension(acme, { password: 'another-secret' })
    const baresip = await aBaresip(`127.0.0.1:${portOf('udp')}`, `;auth_pass=${password};regint=60`)
    await baresip.said(/200 OK \(\) \[1 binding\]/)
    expect(await bindingsOf(FIRST_CUSTOMER_ID, id)).toHaveLength(1)
  })

  it('is refused with a wrong password, and as nobody, alike', async () => {
    await makeExtension(acme)
    const wrong = await aBaresip(domainOf(acme), `;auth_pass=wrong-password${byProxy('udp')}`)
    const nobody = await aBaresip(domainOf(crypto.randomUUID()), `;auth_pass=${password}${byProxy('udp')}`)
    for (const baresip of [wrong, nobody]) await baresip.said(/reg: .*: 403 Forbidden/)
    expect(system.logs.filter(({ rule }) => rule === 'wrong_digest')).toHaveLength(2)
  })

  it('cannot call any more with a password that was changed, though a node remembers it for a while', async () => {
    const { id } = await makeExtension(acme)
    const baresip = await aBaresip(domainOf(acme), `;auth_pass=${password}${byProxy('udp')}`)
    await baresip.said(/200 OK \(\) \[1 binding\]/)
    await registrar().updateExtension({ id, password: 'another-secret' })
    // The event comes soon, though not with the answer.
    await new Promise((resolve) => setTimeout(resolve, 500))
    await baresip.command('dial', `sip:2000@${domainOf(acme)}`)
    await baresip.event('CALL_CLOSED')
    expect(offers).toEqual([])
  })

  it('is no longer bound when its connection is gone', async () => {
    const { id } = await makeExtension(acme)
    const baresip = await aBaresip(domainOf(acme), `;auth_pass=${password}${byProxy('tcp')}`)
    await baresip.said(/200 OK \(\) \[1 binding\]/)
    expect(await bindingsOf(acme, id)).toHaveLength(1)
    await baresip.close()
    await expect.poll(() => bindingsOf(acme, id)).toEqual([])
  })
})

describe('a switch', () => {
  it('registers with a carrier, here itself, and takes it back at its end', async () => {
    const carrier = system
    const { id } = await makeExtension(FIRST_CUSTOMER_ID)
    const at = `127.0.0.1:${portOf('tcp')}`
    await start({ VOIPBIN_OUTBOUND_REGISTRATIONS: `sip:1000:${password}@${at};transport=tcp;expires=300` })
    const bindings = async () =>
      (await carrier.client(registrarContract).listBindings({ customer_id: FIRST_CUSTOMER_ID, identity_id: id })).bindings
    await expect
      .poll(bindings)
      .toEqual([expect.objectContaining({ contact: expect.stringMatching(/^sip:1000@127\.0\.0\.1:\d+;transport=tcp$/) })])
    await expect.poll(() => system.logs.find(({ message }) => message === 'Registered with a carrier')).toMatchObject({ expires_s: 300 })
    expect(JSON.stringify(system.logs)).not.toContain(password)
    await closing.pop()?.()
    expect(await bindings()).toEqual([])
  })
})

/** INVITE, any number of 1xx, then the status that is expected, and its ACK. */
const refusedWith = (status: number) => `
  <send retrans="500"><![CDATA[
INVITE sip:[service]@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:caller@example.com>;tag=[pid]-[call_number]
To: <sip:[service]@[remote_ip]:[remote_port]>
Call-ID: [call_id]
CSeq: 1 INVITE
Contact: <sip:caller@[local_ip]:[local_port]>
Max-Forwards: 70
Content-Length: 0

]]></send>
  <recv response="100" optional="true"/>
  <recv response="${status}" rtd="true"/>
  <send><![CDATA[
ACK sip:[service]@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch-3]
From: <sip:caller@example.com>;tag=[pid]-[call_number]
[last_To:]
Call-ID: [call_id]
CSeq: 1 ACK
Max-Forwards: 70
Content-Length: 0

]]></send>`

describe.skipIf(!hasProgram('sipp'))('SIPp', () => {
  const flood = (status: number, calls: number) =>
    startSipp({ scenario: refusedWith(status), target: `127.0.0.1:${portOf('udp')}`, service: 'anybody', calls }).then((sipp) =>
      sipp.succeeded(),
    )

  it('is challenged, call after call, and nothing is offered', async () => {
    await flood(401, 20)
    expect(offers).toEqual([])
  })

  it('gets 503 for every call past the capacity, while a live call stands', async () => {
    for (const close of closing.splice(0)) await close()
    await start({ VOIPBIN_SWITCH_CAPACITY: '1' })
    const { id } = await makeExtension(acme)
    const baresip = await aBaresip(domainOf(acme), `;auth_pass=${password}${byProxy('udp')}`)
    await baresip.said(/200 OK \(\) \[1 binding\]/)
    await baresip.command('dial', `sip:2000@${domainOf(acme)}`)
    await baresip.event('CALL_ESTABLISHED')
    await flood(503, 50)
    expect(offers.map(({ identity_id }) => identity_id)).toEqual([id])
    expect(baresip.events.some(({ type }) => type === 'CALL_CLOSED')).toBe(false)
    expect((await system.client(switchContract, 'switch').listChannels({})).channels).toHaveLength(1)
  })
})
