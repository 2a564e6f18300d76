import { toneSource } from '@voipbin/phone'
import { createNodeDns } from '@voipbin/sip'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePorts } from '../free-ports.ts'
import { createFastClock } from './fast-clock.ts'
import { hears } from './hearing.ts'
import { type DnsServer, startDnsServer, type Zone } from './peers/dns-server.ts'
import { rawRequest, startRawPeer } from './peers/raw-peer.ts'
import { Scene } from './scene.ts'

/** 64·T1, 32 s of the switch, in 4 s of ours. */
const FACTOR = 8

let dns: DnsServer
let scene: Scene
let zone: Zone = {}
beforeAll(async () => {
  dns = await startDnsServer(() => zone)
  scene = await Scene.open({ clock: createFastClock(FACTOR), dns: createNodeDns([dns.address]) })
})
afterAll(async () => {
  await scene?.close()
  await dns?.close()
})

const offer = (port: number) =>
  ['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 'c=IN IP4 127.0.0.1', 't=0 0', `m=audio ${port} RTP/AVP 0`, ''].join('\r\n')

describe.concurrent('a switch that waits', () => {
  it('for an ACK repeats its 200, and after 32 s ends the call by BYE', async () => {
    const served = scene.serve('no-ack', async (channel) => {
      await channel.answer()
      return channel
    })
    const peer = await startRawPeer()
    const body = offer(40_000)
    const invite = rawRequest('INVITE', scene.uri('no-ack'), { headers: ['Content-Type: application/sdp'] })
    peer.send(invite.replace('Content-Length: 0', `Content-Length: ${body.length}`) + body, scene.node.udp)
    const channel = await served
    expect(await channel.ended()).toMatchObject({ by: 'network', cause: 18, text: 'no ACK for the answer' })
    expect(channel.events).toEqual(['channel.answered', 'channel.ended'])
    const heard: string[] = []
    for (let text = await peer.receive(500); text !== undefined && heard.length < 20; text = await peer.receive(500)) heard.push(text)
    peer.close()
    const answers = heard.filter((text) => text.startsWith('SIP/2.0 200'))
    // At 0, 0.5, 1.5, 3.5 s, and every 4 s from then on.
    expect(answers.length).toBeGreaterThan(8)
    expect(new Set(answers).size).toBe(1)
    expect(heard.find((text) => text.startsWith('BYE'))).toMatch(/^Reason: Q\.850;cause=18/m)
  })

  it('for an answer of a server that is dead goes on to the next after 32 s, as the same call', async () => {
    const dead = await freePorts(2)
    const phone = await scene.phone({ user: 'good' })
    zone = {
      '_sip._udp.carrier.example': { SRV: [`1 0 ${dead} one.carrier.example`, `2 0 ${phone.ports.udp} two.carrier.example`] },
      'one.carrier.example': { A: ['127.0.0.1'] },
      'two.carrier.example': { A: ['127.0.0.1'] },
    }
    const channel = await scene.dial('sip:bob@carrier.example', { timeout_ms: 120_000 })
    const call = await phone.nextCall()
    call.answer()
    await channel.until('channel.answered')
    await channel.echo(true)
    void call.audio.play(toneSource([600]))
    await hears(call, 600)
    await call.hangUp()
    expect(await channel.ended()).toMatchObject({ by: 'remote', cause: 16 })
    expect(phone.ladder.outlineOnce.filter((line) => line === '← INVITE')).toHaveLength(1)
  })

  it('for anybody at all gives up after 32 s', async () => {
    const dead = await freePorts(2)
    const channel = await scene.dial(`sip:bob@127.0.0.1:${dead}`, { timeout_ms: 120_000 })
    expect(await channel.ended()).toMatchObject({ by: 'network', cause: 18, sip_status: 408 })
    expect(channel.events).toEqual(['channel.ended'])
  })
})
