import { L16_8000, PCMA, PCMU } from '@voipbin/sdp'
import { afterEach, describe, expect, it } from 'vitest'
import { Phone, type PhoneCall, type PhoneOptions, toneSource } from '../src/index.ts'

const open: Phone[] = []

async function aPhone(user: string, options: Partial<PhoneOptions> = {}): Promise<Phone> {
  const phone = await Phone.open({ user, ...options })
  open.push(phone)
  return phone
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((phone) => phone.close()))
})

/** Two phones that talk, both ends of their call. */
async function aCall(options: Partial<PhoneOptions> = {}): Promise<{ alice: Phone; bob: Phone; ours: PhoneCall; theirs: PhoneCall }> {
  const [alice, bob] = [await aPhone('alice', options), await aPhone('bob', options)]
  const ours = await alice.dial(bob.address)
  const theirs = await bob.nextCall()
  theirs.ring()
  await ours.until('ringing')
  theirs.answer()
  await Promise.all([ours.answered(), theirs.answered()])
  return { alice, bob, ours, theirs }
}

const types = (call: PhoneCall) => call.events.map(({ type }) => type)
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

describe.each(['UDP', 'TCP'] as const)('two phones over %s', (transport) => {
  it('call, hear each other, hang up', async () => {
    const { alice, ours, theirs } = await aCall({ transport })
    void ours.audio.play(toneSource([440]))
    void theirs.audio.play(toneSource([1_000], { levelDb: -20 }))
    await wait(600)
    expect(theirs.audio.heard.strongestTone({ fromMs: 200, toMs: 500 }).frequencyHz).toBe(440)
    expect(ours.audio.heard.strongestTone({ fromMs: 200, toMs: 500 }).frequencyHz).toBe(1_000)
    expect(ours.audio.heard.shareOf(1_000, { fromMs: 200, toMs: 500 })).toBeGreaterThan(0.98)
    expect(ours.audio.heard.levelDb({ fromMs: 200, toMs: 500 })).toBeCloseTo(-23, 0)
    await ours.hangUp()
    const { by } = await theirs.until('ended')
    expect(by).toBe('remote')
    expect(ours.ended).toMatchObject({ by: 'local', text: 'hung up' })
    expect(alice.ladder.outlineOnce).toEqual(['→ INVITE', '← 180 INVITE', '← 200 INVITE', '→ ACK', '→ BYE', '← 200 BYE'])
    expect(alice.ladder.steps.every(({ protocol }) => protocol === transport)).toBe(true)
  })
})

describe('a call between two phones', () => {
  it('sends each digit once, by RTP and by INFO', async () => {
    const { ours, theirs } = await aCall()
    await ours.sendDigits('12#', { durationMs: 60, gapMs: 60 })
    await theirs.sendDigits('*9A', { method: 'info' })
    await theirs.until('digit', { nth: 3 })
    expect(theirs.digits).toBe('12#')
    expect(ours.digits).toBe('*9A')
    expect(ours.events.filter(({ type }) => type === 'digit')).toMatchObject([{ method: 'info' }, { method: 'info' }, { method: 'info' }])
  })

  it('holds and resumes: what is held hears nothing', async () => {
    const { ours, theirs } = await aCall()
    void theirs.audio.play(toneSource([440]))
    await wait(200)
    expect(await ours.hold()).toBe(200)
    await theirs.until('held')
    expect(theirs.media?.direction).toBe('recvonly')
    await wait(60)
    const heldMs = ours.audio.positionMs
    await wait(200)
    expect(ours.audio.silentMs).toBeGreaterThan(100)
    expect(await ours.resume()).toBe(200)
    await theirs.until('unheld')
    const resumedMs = ours.audio.positionMs
    await wait(300)
    expect(ours.audio.heard.shareOf(440, { fromMs: heldMs, toMs: resumedMs - 20 })).toBe(0)
    expect(ours.audio.heard.shareOf(440, { fromMs: resumedMs + 60 })).toBeGreaterThan(0.9)
  })

  it('changes its codec, offers late, and refuses what it cannot speak', async () => {
    const { ours, theirs } = await aCall()
    expect(ours.media?.codec).toBe('PCMU')
    expect(await ours.renegotiate({ codecs: [PCMA] })).toBe(200)
    expect(theirs.media?.codec).toBe('PCMA')
    expect(await theirs.renegotiate({ codecs: [PCMA, PCMU] }, { isOfferDelayed: true })).toBe(200)
    expect(await ours.renegotiate({ codecs: [L16_8000] })).toBe(488)
    void ours.audio.play(toneSource([500]))
    await wait(300)
    expect(theirs.audio.heard.strongestTone({ fromMs: theirs.audio.positionMs - 200 }).frequencyHz).toBe(500)
  })

  it('is asked anew when both offer at once', async () => {
    const { alice, ours, theirs } = await aCall()
    const statuses = await Promise.all([ours.renegotiate({ codecs: [PCMU] }), theirs.renegotiate({ codecs: [PCMU, PCMA] })])
    expect(statuses).toEqual([200, 200])
    expect(alice.ladder.outline.filter((line) => line.includes('491')).length).toBeGreaterThan(0)
  })

  it('hears what is said before the answer', async () => {
    const [alice, bob] = [await aPhone('alice'), await aPhone('bob')]
    const ours = await alice.dial(bob.address)
    const theirs = await bob.nextCall()
    theirs.progress()
    void theirs.audio.play(toneSource([425]))
    await ours.until('early')
    await wait(300)
    expect(ours.isAnswered).toBe(false)
    expect(ours.audio.heard.strongestTone({ fromMs: 100 }).frequencyHz).toBe(425)
    theirs.answer()
    await ours.answered()
    expect(types(ours)).toEqual(['ringing', 'media', 'early', 'media', 'answered'])
  })

  it('lets the answerer offer', async () => {
    const [alice, bob] = [await aPhone('alice', { codecs: [PCMA] }), await aPhone('bob')]
    const ours = await alice.dial(bob.address, { isOfferDelayed: true })
    const theirs = await bob.nextCall()
    theirs.answer()
    await Promise.all([ours.answered(), theirs.answered()])
    expect(ours.media?.codec).toBe('PCMA')
    expect(theirs.media?.codec).toBe('PCMA')
  })

  it('is cancelled, rejected, or finds nobody', async () => {
    const [alice, bob] = [await aPhone('alice'), await aPhone('bob')]
    const cancelled = await alice.dial(bob.address)
    const theirs = await bob.nextCall()
    theirs.ring()
    await cancelled.until('ringing')
    await cancelled.hangUp()
    expect(cancelled.ended).toMatchObject({ by: 'local', status: 487 })
    expect(theirs.ended).toMatchObject({ by: 'remote', text: 'cancelled by the caller' })

    const rejected = await alice.dial(bob.address)
    ;(await bob.nextCall()).reject(486, { Reason: 'Q.850;cause=17' })
    expect(await rejected.until('ended')).toMatchObject({ by: 'remote', status: 486, reason: 'Q.850;cause=17' })
    await expect(rejected.answered()).rejects.toThrow('The call was not answered: 486 Busy Here')
  })

  it('is given up at once where nobody says a word', async () => {
    const [alice, bob] = [await aPhone('alice'), await aPhone('bob')]
    const nowhere = bob.address
    await bob.close()
    const call = await alice.dial(nowhere)
    await call.hangUp()
    expect(call.ended).toMatchObject({ by: 'local', text: 'given up: no answer at all' })
  })

  it('shows its ladder in a terminal', async () => {
    const { alice, bob } = await aCall()
    const [first = ''] = alice.ladder.render().split('\n')
    expect(first).toMatch(/^ +0\.\d{3} s {2}── INVITE sip:bob@127\.0\.0\.1:\d+ \(PCMU PCMA\) ─+▶ {2}127\.0\.0\.1:\d+ UDP$/)
    expect(bob.ladder.outline[0]).toBe('← INVITE')
  })
})
