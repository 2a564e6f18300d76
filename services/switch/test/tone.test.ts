import { createMediaEngine } from '@voipbin/media'
import { Phone } from '@voipbin/phone'
import { afterEach, describe, expect, it } from 'vitest'
import { type RunningSwitch, startSwitch } from './start-switch.ts'

let node: RunningSwitch | undefined
let phone: Phone | undefined
afterEach(async () => {
  await phone?.close()
  await node?.close()
})

describe('a call with sound', () => {
  it('is answered, hears a second of tone, and is hung up', async () => {
    node = await startSwitch({ openEngine: () => createMediaEngine({ firstPort: 21_000, lastPort: 21_199, workers: 1 }) })
    phone = await Phone.open({ user: '1000', registrar: `sip:${node.udp}` })
    const dialling = phone.dial(`sip:echo@${node.udp}`)
    await expect.poll(() => node?.offers.length).toBe(1)
    const id = node.offers[0]?.id ?? ''
    await node.command.answer({ id })
    const call = await (await dialling).answered()
    const playback = crypto.randomUUID()
    const subject = { kind: 'channel', id } as const
    await node.command.play({ id: playback, subject, media: [{ tone: 'ringback/us', duration_ms: 1_000 }] })
    const ended = await node.event('playback.ended', id)
    expect(ended.data).toMatchObject({ playback_id: playback, reason: 'finished' })
    expect(call.audio.heard.strongestTone({ fromMs: 200, toMs: 800 }).frequencyHz).toBeGreaterThan(400)
    await node.command.hangup({ id, cause: 16, tag: 'done' })
    const { data } = await node.event('channel.ended', id)
    expect(data).toMatchObject({ end: { by: 'local', cause: 16, tag: 'done' }, quality: { codec: 'PCMU' } })
    await call.until('ended')
  })
})
