import { Phone, SAMPLE_RATE_HZ, strongestTone, toneSource } from '@voipbin/phone'
import { afterEach, describe, expect, it } from 'vitest'
import { type Baresip, startBaresip } from './peers/baresip.ts'
import { hasProgram } from './peers/require-program.ts'
import { inviteWithoutOffer, uacTalks, uasTalks } from './peers/scenarios.ts'
import { startSipp } from './peers/sipp.ts'

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()))
})

async function aPhone(): Promise<Phone> {
  const phone = await Phone.open({ user: 'alice' })
  closing.push(() => phone.close())
  return phone
}

async function aBaresip(options?: Parameters<typeof startBaresip>[0]): Promise<Baresip> {
  const baresip = await startBaresip(options)
  closing.push(() => baresip.close())
  return baresip
}

/** The phone that judges all others is judged by two that are not ours. */
describe.skipIf(!hasProgram('baresip'))('the phone and baresip', () => {
  it('call: both hear each other, and baresip hangs up', async () => {
    const [phone, baresip] = await Promise.all([aPhone(), aBaresip({ account: ';regint=0;answermode=auto' })])
    const call = await (await phone.dial(baresip.address)).answered()
    void call.audio.play(toneSource([440]))
    await wait(1_000)
    expect(call.audio.heard.strongestTone({ fromMs: 300, toMs: 800 }).frequencyHz).toBe(600)
    await baresip.command('hangup')
    expect(await call.until('ended')).toMatchObject({ by: 'remote' })
    const heard = baresip.heard()
    expect(strongestTone(heard.subarray(heard.length - 4_000), SAMPLE_RATE_HZ)).toMatchObject({ frequencyHz: 440 })
  })

  it('are called: rings, answers, is held and taken back, hears digits', async () => {
    const [phone, baresip] = await Promise.all([aPhone(), aBaresip()])
    await baresip.command('dial', phone.address)
    const call = await phone.nextCall()
    call.ring()
    await baresip.event('CALL_RINGING')
    call.answer()
    await call.answered()
    await baresip.event('CALL_ESTABLISHED')
    await baresip.command('hold')
    await call.until('held')
    await baresip.command('resume')
    await call.until('unheld')
    await call.sendDigits('5')
    await baresip.event('CALL_DTMF_START')
    await call.hangUp()
    expect(call.ended).toMatchObject({ by: 'local', text: 'hung up' })
  })
})

describe.skipIf(!hasProgram('sipp'))('the phone and SIPp', () => {
  it('calls; what SIPp sends back is what was said', async () => {
    const [phone, sipp] = await Promise.all([aPhone(), startSipp({ scenario: uasTalks, isEcho: true })])
    const call = await (await phone.dial(`sip:x@${sipp.address}`)).answered()
    void call.audio.play(toneSource([700]))
    await wait(600)
    expect(call.audio.heard.strongestTone({ fromMs: 300 }).frequencyHz).toBe(700)
    await call.hangUp()
    await sipp.succeeded()
  })

  it.each(['UDP', 'TCP'] as const)('is called over %s, and rings', async (transport) => {
    const phone = await aPhone()
    const port = transport === 'TCP' ? phone.ports.tcp : phone.ports.udp
    const sipp = await startSipp({ scenario: uacTalks, target: `127.0.0.1:${port}`, transport })
    const call = await phone.nextCall()
    call.ring()
    call.answer()
    await call.answered()
    expect((await call.until('ended')).by).toBe('remote')
    await sipp.succeeded()
  })

  it('offers in its answer where the INVITE has no offer', async () => {
    const phone = await aPhone()
    const sipp = await startSipp({ scenario: inviteWithoutOffer, target: `127.0.0.1:${phone.ports.udp}` })
    const call = await phone.nextCall()
    call.ring()
    call.answer()
    await call.answered()
    expect(call.media).toEqual({ codec: 'PCMU', direction: 'sendrecv' })
    await call.until('ended')
    await sipp.succeeded()
  })
})
