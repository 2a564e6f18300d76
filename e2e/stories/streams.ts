import { setTimeout as pause } from 'node:timers/promises'
import { type PhoneCall, toneSource } from '@voipbin/phone'
import { startMediaHost } from '@voipbin/switch/media-host'
import { expect, test } from 'vitest'
import { get, post, send } from '../http.ts'
import { numberOf } from '../numbers.ts'
import type { Scene } from '../scene.ts'
import { hears, hearsNothing } from '../sip/hearing.ts'
import type { World } from '../world.ts'
import { untilCall, usePhones } from './calls.ts'

const stay = { type: 'sleep', option: { duration: 60_000 } }
const TEXT =
  'This is a text that is long enough to be heard for a while. And it has another sentence. And it goes on and on, word by word. '

/** Sound that goes out of a call and into it beside its flow. */
export function streamStories(scene: Scene): void {
  const { dial } = usePhones(scene)

  test('a flow streams what is said to a host outside, whose answer is heard, until it is told to stop', async () => {
    const { world } = scene
    const host = await startMediaHost({ isEcho: true })
    const option = { external_host: host.address, format: 'alaw' }
    const asked = { type: 'digits_receive', option: { duration: 30_000, key: '#', length: 100 } }
    const actions = [{ type: 'answer' }, { type: 'external_media_start', option }, asked, { type: 'external_media_stop' }, stay]
    const call = await dial(await numberOf(world, actions))
    void call.audio.play(toneSource([700]))
    await hears(call, 700)
    await call.sendDigits('#')
    await hearsNothing(call)
    const sent = host.packets.length
    expect(new Set(host.packets.map(({ payloadType }) => payloadType))).toEqual(new Set([8]))
    await pause(300)
    expect(host.packets.length).toBe(sent)
    await call.hangUp()
    await host.close()
  })

  test('texts are said into a call as they come, a flush is silence at once, and the end of the call is the end of it', async () => {
    const { world } = scene
    const call = await dial(await numberOf(world, [{ type: 'answer' }, stay]))
    const { id: reference_id } = await untilCall(world, { status: 'progressing' })
    const { id } = await created(world, { reference_type: 'call', reference_id })
    await expect(created(world, { reference_type: 'call', reference_id })).rejects.toThrow('SPEAKING_ACTIVE')
    await post(world, `/v1.0/speakings/${id}/say`, { text: TEXT })
    await post(world, `/v1.0/speakings/${id}/say`, { text: TEXT })
    await hearsSpeech(call)
    await post(world, `/v1.0/speakings/${id}/flush`, {})
    // By the time of the stream: what was on its way may be heard for a moment, the rest of a minute of text may not.
    const flushedMs = call.audio.positionMs
    await hearsNothing(call)
    await pause(500)
    expect(call.audio.heard.levelDb({ fromMs: flushedMs + 700 })).toBeLessThan(-50)
    await post(world, `/v1.0/speakings/${id}/say`, { text: 'Once more, with feeling.' })
    await hearsSpeech(call)
    expect(await get(world, `/v1.0/speakings/${id}`)).toMatchObject({ status: 'active' })
    await call.hangUp()
    await expect.poll(async () => (await get(world, `/v1.0/speakings/${id}`))['status'], { timeout: 10_000 }).toBe('stopped')
  })
}

async function created(world: World, body: object): Promise<{ readonly id: string }> {
  const { status, text } = await send(world, { method: 'POST', path: '/v1.0/speakings', body })
  if (status !== 201) throw new Error(text)
  return JSON.parse(text) as { id: string }
}

/** A quarter of a second of something. A sentence is made before it is heard, on a machine that may be busy. */
const hearsSpeech = (call: PhoneCall): Promise<void> =>
  expect
    .poll(() => call.audio.heard.levelDb({ fromMs: call.audio.positionMs - 250 }), { timeout: 20_000, interval: 20 })
    .toBeGreaterThan(-40)
