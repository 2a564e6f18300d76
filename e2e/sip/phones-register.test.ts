import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { FIRST_CUSTOMER_ID } from '@voipbin/contracts/customer'
import { type Extension, registrarContract } from '@voipbin/contracts/registrar'
import { type Phone, type PhoneOptions, toneSource } from '@voipbin/phone'
import { registrarService } from '@voipbin/registrar'
import { serialise } from '@voipbin/sip'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hears } from './hearing.ts'
import { rawRequest, startRawPeer } from './peers/raw-peer.ts'
import { hasProgram } from './peers/require-program.ts'
import { challengingCarrier } from './peers/scenarios.ts'
import { startSipp } from './peers/sipp.ts'
import { Scene, wait } from './scene.ts'

const password = 'correct horse'
const acme = crypto.randomUUID()
const domain = `${acme}.registrar.voipbin.test`

/** Phones and switch share one event loop here: its lateness is not the switch's. */
const patient = { VOIPBIN_SIP_MAX_LATENESS_MS: '5000' }

let scene: Scene
beforeAll(async () => {
  const env = { VOIPBIN_SIP_WRONG_DIGESTS_PER_MINUTE: '3', VOIPBIN_SIP_BAN_SECONDS: '2', ...patient }
  scene = await Scene.open({ isGuarded: true, services: [registrarService], env })
})
afterAll(() => scene?.close())

const registrar = () => scene.node.system.client(registrarContract)
const anExtension = (extension: string, fields: Partial<Extension> = {}) =>
  registrar().createExtension({ customer_id: acme, extension, password, ...fields })
const bindingsOf = async ({ id }: { readonly id: string }) =>
  (await registrar().listBindings({ customer_id: acme, identity_id: id })).bindings
const phoneOf = (user: string, options: Partial<PhoneOptions> = {}): Promise<Phone> =>
  scene.phone({ user, password, domain, registrar: `sip:${scene.node.udp}`, ...options })
const statuses = (phone: Phone, method: string) =>
  phone.ladder.once.flatMap(({ direction, message }) =>
    direction === 'received' && message.kind === 'response' && message.headers.raw('CSeq')?.endsWith(method) ? [message.status] : [],
  )

describe.concurrent('a phone', () => {
  it('registers, refreshes, asks, and unregisters', async () => {
    const extension = await anExtension('1000')
    const phone = await phoneOf('1000')
    const registration = await phone.registration()
    expect(await registration.register()).toBeGreaterThan(60)
    expect(statuses(phone, 'REGISTER')).toEqual([401, 200])
    const [first] = await bindingsOf(extension)
    expect(first).toMatchObject({ contact: expect.stringContaining(`127.0.0.1:${phone.ports.udp}`), node_id: 'switch' })
    await registration.register()
    expect(statuses(phone, 'REGISTER')).toEqual([401, 200, 200])
    const [refreshed, ...others] = await bindingsOf(extension)
    expect(others).toEqual([])
    expect((refreshed?.cseq ?? 0) > (first?.cseq ?? 0)).toBe(true)
    expect(await registration.bindings()).toHaveLength(1)
    await registration.unregister()
    expect(await bindingsOf(extension)).toEqual([])
    expect(await registration.bindings()).toEqual([])
  })

  it('of several of one extension unregisters all', async () => {
    const extension = await anExtension('1001')
    const phones = await Promise.all([phoneOf('1001'), phoneOf('1001', { transport: 'TCP', registrar: `sip:${scene.node.tcp}` })])
    for (const phone of phones) await phone.register()
    expect((await bindingsOf(extension)).map(({ source }) => source.split(':')[0]).toSorted()).toEqual(['tcp', 'udp'])
    await (await phones[0]?.registration())?.unregisterAll()
    expect(await bindingsOf(extension)).toEqual([])
  })

  it('that wants too short a time is told the shortest', async () => {
    await anExtension('1002')
    const phone = await phoneOf('1002')
    expect(await phone.register({ expiresSeconds: 10 })).toBe(60)
    expect(statuses(phone, 'REGISTER')).toContain(423)
  })

  it('proves its password with SHA-256 where its extension says so', async () => {
    await anExtension('1003', { digest_algorithm: 'SHA-256' })
    const phone = await phoneOf('1003')
    await phone.register()
    const challenge = phone.ladder.steps.map(({ message }) => message.headers.raw('WWW-Authenticate')).find(Boolean)
    expect(challenge).toContain('algorithm=SHA-256')
  })

  it('with a nonce that was never given is told that it is stale, and nothing else', async () => {
    const peer = await startRawPeer()
    const credentials = `Digest username="1000", realm="${domain}", nonce="0123456789abcdef", uri="sip:${domain}", response="${'0'.repeat(32)}"`
    peer.send(rawRequest('REGISTER', `sip:1000@${domain}`, { headers: [`Authorization: ${credentials}`] }), scene.node.udp)
    const answer = await peer.receive(10_000)
    peer.close()
    expect(answer).toMatch(/^SIP\/2\.0 401 /)
    expect(answer).toMatch(/^WWW-Authenticate: .*stale=true/m)
  })

  it('that asks for a challenge again and again has done nothing wrong', async () => {
    const peer = await startRawPeer()
    for (let count = 0; count < 10; count++) {
      peer.send(rawRequest('REGISTER', `sip:1000@${domain}`), scene.node.udp)
      expect(await peer.receive(10_000)).toMatch(/^SIP\/2\.0 401 /)
    }
    peer.close()
  })

  it('cannot be played by who has recorded its REGISTER', async () => {
    const extension = await anExtension('1008')
    const phone = await phoneOf('1008')
    await (await phone.registration()).register()
    const proved = phone.ladder.steps.find(({ message }) => message.headers.has('Authorization'))?.message ?? expect.fail()
    await (await phone.registration()).unregister()
    const peer = await startRawPeer()
    // As another request: a copy of it would be known for one (RFC 3261 §8.2.2.2).
    const another = serialise(proved)
      .toString('latin1')
      .replace(/branch=[^;\r]+/, `branch=z9hG4bK${crypto.randomUUID()}`)
      .replace(/^Call-ID:.*$/m, `Call-ID: ${crypto.randomUUID()}`)
    peer.send(another, scene.node.udp)
    const answer = await peer.receive(10_000)
    peer.close()
    expect(answer).toMatch(/^SIP\/2\.0 401 /)
    expect(answer).toMatch(/stale=true/)
    expect(await bindingsOf(extension)).toEqual([])
  })

  it('with a wrong password is refused, and after some of these hears nothing for a while', async () => {
    await anExtension('1004')
    // An address of its own: what is banned is the address.
    const wrong = await phoneOf('1004', { password: 'wrong', host: '127.0.0.2' })
    for (let count = 0; count < 4; count++) await expect((await wrong.registration()).register()).rejects.toThrow('Cannot register: 403')
    const peer = await phoneOf('1004', { host: '127.0.0.2' })
    const started = performance.now()
    const { promise, resolve } = Promise.withResolvers<number>()
    void peer.register().then(() => resolve(performance.now() - started))
    expect(await Promise.race([promise, wait(1_000).then(() => 0)])).toBe(0)
    // The request is repeated until the ban is over, and is let in then.
    expect(await promise).toBeGreaterThan(1_000)
    const elsewhere = await phoneOf('1004')
    await elsewhere.register()
  })

  it('calls for its extension: challenged once, and not again in the call', async () => {
    const extension = await anExtension('1005')
    const phone = await phoneOf('1005')
    const served = scene.serve('2005', async (channel, offered) => {
      await channel.answer()
      await channel.play([{ tone: '440' }], { loops: 0 })
      return offered
    })
    const headers = [
      ['P-Asserted-Identity', '<sip:president@example.com>'],
      ['Diversion', '<sip:someone@example.com>'],
      ['X-Mine', 'yes'],
    ] as const
    const call = await (await phone.dial('2005', { headers })).answered()
    expect(await served).toMatchObject({
      ...{ customer_id: acme, identified_by: 'digest', identity_id: extension.id, from_user: '1005' },
      ...{ asserted_identity: '', diversion: '', is_anonymous: false, headers: [{ name: 'X-Mine', value: 'yes' }] },
    })
    await hears(call, 440)
    expect(await call.hold()).toBe(200)
    await call.hangUp()
    expect(call.ended).toMatchObject({ text: 'hung up' })
    expect(statuses(phone, 'INVITE').filter((status) => status === 401)).toHaveLength(1)
    expect(statuses(phone, 'BYE')).toEqual([200])
  })

  it('does not have us call elsewhere, from an address that others trust, by a redirection', async () => {
    const extension = await anExtension('1009')
    const [phone, carrier] = [await phoneOf('1009'), await scene.phone({ user: 'carrier' })]
    await phone.register()
    const [{ contact = '', flow = '' } = {}] = await bindingsOf(extension)
    const leg = await scene.dial(contact, { flow })
    ;(await phone.nextCall()).reject(302, { Contact: `<sip:+88210000@127.0.0.1:${carrier.ports.udp}>` })
    expect(await leg.ended()).toMatchObject({ by: 'remote', cause: 23, sip_status: 302 })
    await wait(300)
    expect(carrier.calls).toEqual([])
  })

  it('and another of the same extension ring; one answers, the other is told', async () => {
    const extension = await anExtension('1006')
    const [desk, mobile] = await Promise.all([phoneOf('1006'), phoneOf('1006', { transport: 'TCP', registrar: `sip:${scene.node.tcp}` })])
    await desk.register()
    await mobile.register()
    const bindings = await bindingsOf(extension)
    const legs = await Promise.all(bindings.map(({ contact, flow }) => scene.dial(contact, { flow })))
    const [atDesk, atMobile] = await Promise.all([desk.nextCall(), mobile.nextCall()])
    atDesk.ring()
    atMobile.answer()
    await atMobile.answered()
    const winner = await Promise.race(legs.map(async (leg) => leg.until('channel.answered').then(() => leg)))
    await Promise.all(legs.filter((leg) => leg !== winner).map((leg) => leg.hangup(26)))
    expect((await atDesk.until('ended')).reason).toContain('Call completed elsewhere')
    void atMobile.audio.play(toneSource([500]))
    await winner.echo(true)
    await hears(atMobile, 500)
    await atMobile.hangUp()
    expect(await winner.ended()).toMatchObject({ by: 'remote' })
  })
})

describe.concurrent('`voipbin phone register`', () => {
  const main = join(import.meta.dirname, '../../apps/voipbin/src/main.ts')
  const run = (...flags: readonly string[]) =>
    promisify(execFile)(process.execPath, [main, 'phone', 'register', '--registrar', `sip:${scene.node.udp}`, '--domain', domain, ...flags])

  it('registers, stays so, and unregisters', async () => {
    const extension = await anExtension('1010')
    const running = run('--user', '1010', '--password', password, '--duration', '1.5')
    await expect.poll(() => bindingsOf(extension), { timeout: 10_000 }).toHaveLength(1)
    const { stdout } = await running
    expect(stdout).toMatch(/^Registered as 1010 for \d+ s; Ctrl-C unregisters$/m)
    expect(stdout).toMatch(/^Unregistered$/m)
    expect(await bindingsOf(extension)).toEqual([])
  })

  it('says in a sentence that it was refused', async () => {
    const refused = { code: 1, stderr: 'voipbin: Cannot register: 403 Forbidden\n' }
    await expect(run('--user', 'nobody', '--password', password, '--host', '127.0.0.7')).rejects.toMatchObject(refused)
  })
})

describe.concurrent('others', () => {
  it('a trunk, known by its address, is believed who a call is from', async () => {
    const trunk = await registrar().createTrunk({
      customer_id: acme,
      domain_name: 'carrier',
      auth_types: ['ip'],
      allowed_ips: ['127.0.0.3'],
    })
    const phone = await scene.phone({ user: 'carrier', host: '127.0.0.3' })
    const served = scene.serve('+15550199', async (channel, offered) => {
      await channel.answer()
      return offered
    })
    const headers = [
      ['P-Asserted-Identity', '<sip:+15550123@example.com>'],
      ['Diversion', '<sip:+15550124@example.com>;reason=unconditional'],
      ['Privacy', 'id'],
    ] as const
    const call = await (await phone.dial(scene.uri('+15550199'), { headers })).answered()
    expect(await served).toMatchObject({
      ...{ customer_id: acme, identified_by: 'trunk_ip', identity_id: trunk.id, source: expect.stringMatching(/^127\.0\.0\.3:/) },
      ...{ asserted_identity: '+15550123', diversion: '+15550124', is_anonymous: true },
    })
    await call.hangUp()
  })

  it('a trunk, known by its password, is believed too', async () => {
    const secret = { username: 'carrier-two', password: 'correct battery' }
    await registrar().createTrunk({ customer_id: acme, domain_name: 'two', auth_types: ['basic'], ...secret })
    const uri = { registrar: `sip:${scene.node.udp}`, domain: 'two.trunk.voipbin.test' }
    const phone = await scene.phone({ user: 'carrier-two', ...secret, ...uri })
    const served = scene.serve('+15550198', async (channel, offered) => {
      await channel.answer()
      return offered
    })
    const headers = [['P-Asserted-Identity', '<tel:+1-555-0123>']] as const
    const call = await (await phone.dial('+15550198', { headers })).answered()
    expect(await served).toMatchObject({ customer_id: acme, identified_by: 'trunk_digest', asserted_identity: '+15550123' })
    await call.hangUp()
  })

  it('a stranger is challenged, a domain of nobody is not known', async () => {
    const stranger = await scene.phone({ user: 'stranger', host: '127.0.0.4' })
    expect(await (await stranger.dial(scene.uri('2000'))).until('ended')).toMatchObject({ status: 401 })
    const lost = await scene.phone({ user: 'lost', host: '127.0.0.4', registrar: `sip:${scene.node.udp}`, domain: 'example.com' })
    expect(await (await lost.dial('sip:2000@example.com')).until('ended')).toMatchObject({ status: 404 })
  })

  it('a scanner hears nothing at all', async () => {
    const peer = await startRawPeer()
    for (const method of ['OPTIONS', 'INVITE', 'REGISTER'])
      peer.send(rawRequest(method, scene.uri('100'), { headers: ['User-Agent: friendly-scanner'] }), scene.node.udp)
    expect(await peer.receive(700)).toBeUndefined()
    peer.send(rawRequest('OPTIONS', scene.uri('100')), scene.node.udp)
    expect(await peer.receive(10_000)).toMatch(/^SIP\/2\.0 /)
    peer.close()
  })

  it.skipIf(!hasProgram('sipp'))('a carrier challenges our INVITE, and our BYE in the call', async () => {
    const sipp = await startSipp({ scenario: challengingCarrier })
    const channel = await scene.dial(`sip:+15550100@${sipp.address}`, { username: 'voipbin', password: 'secret' })
    await channel.until('channel.answered')
    await channel.hangup()
    const { messages } = await sipp.succeeded()
    expect(messages.match(/^Proxy-Authorization: Digest username="voipbin"/gim)?.length).toBeGreaterThanOrEqual(2)
  })

  it('the default customer is that of who says an address of this machine', async () => {
    await registrar().createExtension({ customer_id: FIRST_CUSTOMER_ID, extension: '1000', password })
    const phone = await scene.phone({ user: '1000', password, registrar: `sip:${scene.node.udp}` })
    await phone.register()
    const served = scene.serve('2009', async (channel, { customer_id }) => {
      await channel.hangup(21)
      return customer_id
    })
    const call = await phone.dial('2009')
    expect((await call.until('ended')).status).toBe(403)
    expect(await served).toBe(FIRST_CUSTOMER_ID)
  })
})
