import { callService } from '@voipbin/call'
import { callContract } from '@voipbin/contracts/call'
import { customerContract } from '@voipbin/contracts/customer'
import { flowContract } from '@voipbin/contracts/flow'
import { registrarContract } from '@voipbin/contracts/registrar'
import { switchContract } from '@voipbin/contracts/switch'
import { flowService } from '@voipbin/flow'
import { createMediaEngine } from '@voipbin/media'
import { Phone, type PhoneCall, toneSource } from '@voipbin/phone'
import { registrarService } from '@voipbin/registrar'
import { createSwitch } from '@voipbin/switch'
import { aCustomer, fakeService, type System, startSystem } from '@voipbin/test-kit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePorts } from '../free-ports.ts'
import { hears } from './hearing.ts'

const MEDIA_PORTS = 60
const password = 'correct horse'
const customer = aCustomer()
const domain = `${customer.id}.registrar.voipbin.test`

let system: System
const phones: Phone[] = []

beforeAll(async () => {
  const firstPort = await freePorts(MEDIA_PORTS)
  system = await startSystem({
    services: [
      ...[callService, flowService, registrarService],
      createSwitch({ openEngine: () => createMediaEngine({ firstPort, lastPort: firstPort + MEDIA_PORTS - 1, workers: 1 }) }),
    ],
    contracts: [callContract, flowContract, registrarContract, switchContract, customerContract],
    env: { VOIPBIN_SIP_UDP_PORT: '0', VOIPBIN_SIP_TCP_PORT: '0', VOIPBIN_SWITCH_DRAIN_SECONDS: '0', VOIPBIN_SIP_MAX_LATENESS_MS: '5000' },
  })
  await fakeService(system.bus, customerContract, { getCustomer: () => customer })
})
afterAll(async () => {
  await Promise.all(phones.map((phone) => phone.close()))
  await system?.close()
})

/** Registered, as an extension of the customer. */
async function phoneOf(extension: string): Promise<Phone> {
  await system.client(registrarContract).createExtension({ customer_id: customer.id, extension, password })
  const port = /udp:127\.0\.0\.1:(\d+)/.exec(system.platform.descriptions.join(' '))?.[1]
  const phone = await Phone.open({ user: extension, password, domain, registrar: `sip:127.0.0.1:${port}` })
  phones.push(phone)
  await phone.register()
  return phone
}

const say = (call: PhoneCall, frequencyHz: number) => void call.audio.play(toneSource([frequencyHz]))

describe('an extension that calls another', () => {
  it('rings it, hears it and is heard, and goes when it goes', async () => {
    const [alice, bob] = [await phoneOf('1001'), await phoneOf('1002')]
    const call = await alice.dial('1002')
    const theirs = await bob.nextCall()
    theirs.ring()
    await call.until('ringing')
    theirs.answer()
    await call.answered()
    say(call, 440)
    say(theirs, 700)
    await hears(theirs, 440)
    await hears(call, 700)
    await theirs.hangUp()
    await expect.poll(() => call.ended !== undefined).toBe(true)
    const statuses = async () => {
      const { result } = await system.client(callContract).listCalls({ customer_id: customer.id })
      return result.map(({ direction, status }) => [direction, status]).toSorted()
    }
    await expect.poll(statuses).toEqual([
      ['incoming', 'hangup'],
      ['outgoing', 'hangup'],
    ])
  })

  it('gives up, and the other stops ringing', async () => {
    const [alice, bob] = [await phoneOf('1003'), await phoneOf('1004')]
    const call = await alice.dial('1004')
    const theirs = await bob.nextCall()
    theirs.ring()
    await call.until('ringing')
    await call.hangUp()
    await expect.poll(() => theirs.ended !== undefined).toBe(true)
  })
})
