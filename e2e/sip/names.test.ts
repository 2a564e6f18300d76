import { toneSource } from '@voipbin/phone'
import { createNodeDns } from '@voipbin/sip'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePorts } from '../free-ports.ts'
import { hears } from './hearing.ts'
import { type DnsServer, startDnsServer, type Zone } from './peers/dns-server.ts'
import { Scene } from './scene.ts'

let dns: DnsServer
let scene: Scene
let zone: Zone = {}
beforeAll(async () => {
  dns = await startDnsServer(() => zone)
  scene = await Scene.open({ dns: createNodeDns([dns.address]) })
})
afterAll(async () => {
  await scene?.close()
  await dns?.close()
})

describe('a carrier that is known by name', () => {
  it('is found by NAPTR and SRV; one server is dead, one is overloaded, the third is heard', async () => {
    const dead = await freePorts(2)
    const [busy, good] = [await scene.phone({ user: 'busy' }), await scene.phone({ user: 'good' })]
    zone = {
      'carrier.example': { NAPTR: ['20 10 s SIP+D2U _sip._udp.carrier.example', '10 10 s SIP+D2T _sip._tcp.carrier.example'] },
      '_sip._tcp.carrier.example': { SRV: [`1 0 ${dead} dead.carrier.example`] },
      '_sip._udp.carrier.example': {
        SRV: [`2 0 ${good.ports.udp} good.carrier.example`, `1 0 ${busy.ports.udp} busy.carrier.example`],
      },
      ...Object.fromEntries(['dead', 'busy', 'good'].map((host) => [`${host}.carrier.example`, { A: ['127.0.0.1'] }])),
    }
    const channel = await scene.dial('sip:+15550100@carrier.example')
    ;(await busy.nextCall()).reject(503, { 'Retry-After': '30' })
    const call = await good.nextCall()
    call.answer()
    await channel.until('channel.answered')
    await channel.echo(true)
    void call.audio.play(toneSource([700]))
    await hears(call, 700)
    await channel.hangup()
    await call.until('ended')
    // The request is for the carrier, whichever of its servers takes it.
    expect(call.invite?.uri).toMatchObject({ kind: 'sip', user: '+15550100', host: 'carrier.example' })
    await channel.ended()
    expect(channel.events).toEqual(['channel.answered', 'channel.ended'])
    const questions = dns.asked.filter((question) => /^(NAPTR|SRV)/.test(question))
    expect(questions).toEqual(['NAPTR carrier.example', 'SRV _sip._tcp.carrier.example', 'SRV _sip._udp.carrier.example'])
    expect(dns.asked).toContain('A good.carrier.example')
  })

  it('of several addresses is asked at the next when nobody is at the first', async () => {
    const phone = await scene.phone({ user: 'second' })
    zone = { 'hosts.example': { A: ['127.0.0.77', '127.0.0.1'] } }
    const channel = await scene.dial(`sip:bob@hosts.example:${phone.ports.tcp};transport=tcp`)
    ;(await phone.nextCall()).answer()
    await channel.until('channel.answered')
    expect(phone.ladder.steps[0]).toMatchObject({ protocol: 'TCP' })
    await channel.hangup()
  })

  it('that the DNS does not know ends the call at once', async () => {
    zone = {}
    const channel = await scene.dial('sip:bob@nowhere.example')
    expect(await channel.ended()).toMatchObject({ by: 'network', cause: 34, sip_status: 503 })
  })
})
