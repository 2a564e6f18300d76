import { setTimeout as pause } from 'node:timers/promises'
import { type PhoneCall, SAMPLE_RATE_HZ, shareOf, toneSource } from '@voipbin/phone'
import { expect, test } from 'vitest'
import { gatewayUrls, get, post, send } from '../http.ts'
import { numberOf } from '../numbers.ts'
import type { Scene } from '../scene.ts'
import { hears } from '../sip/hearing.ts'
import { ACCESS_KEY, restartEnded, type World } from '../world.ts'
import { meet, untilCall, usePhones } from './calls.ts'

type Recording = {
  readonly id: string
  readonly status: string
  readonly error: string
  readonly file_status: string
  readonly filesize: number
  readonly duration_ms: number
}

const record = { format: 'wav', duration: 0, end_of_silence: 0, end_of_key: '', on_end_flow_id: '' }
// biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of the flow
const playBack = { type: 'play', option: { stream_urls: ['${voipbin.recording.url}'] } }

/** What was said is in the file that its customer gets, whatever dies meanwhile. */
export function recordingStories(scene: Scene): void {
  const phones = usePhones(scene)
  flowStories(scene, phones)
  callerStories(scene, phones)
}

type Phones = ReturnType<typeof usePhones>

function flowStories(scene: Scene, { dial }: Phones): void {
  test('a flow records what is said and plays it back; the file is found, heard, archived, and deleted with its recording', async () => {
    const { world } = scene
    const asked = { type: 'digits_receive', option: { duration: 30_000, key: '#', length: 100 } }
    const begin = { type: 'recording_start', option: { duration: 30, beep_start: true, end_of_key: '#' } }
    const stay = { type: 'sleep', option: { duration: 60_000 } }
    const call = await dial(await numberOf(world, [{ type: 'answer' }, begin, asked, { type: 'recording_stop' }, playBack, stay]))
    await say(call, 700)
    await call.sendDigits('#')
    await hears(call, 700)
    await call.hangUp()
    const { id, filesize } = await untilRecording(world, { status: 'ended', error: '', file_status: 'stored' })
    const wav = await download(world, id)
    expect(wav.length).toBe(filesize)
    expect(shareOf(middleOf(wav, 'left'), 700, SAMPLE_RATE_HZ)).toBeGreaterThan(0.9)
    const { result: files } = await get<{ result: { id: string; filename: string }[] }>(world, '/v1.0/storage_files?page_size=5')
    expect(files.find((file) => file.id === id)?.filename).toMatch(/^call_.*\.wav$/)
    const archive = await post<{ uri_download: string }>(world, '/v1.0/recordingfiles', { recording_ids: [id] })
    expect((await follow(world, String(archive.uri_download))).subarray(0, 2).toString()).toBe('PK')
    expect((await send(world, { method: 'DELETE', path: `/v1.0/recordings/${id}` })).status).toBe(200)
    await expect.poll(async () => (await askFile(world, id)).status, { timeout: 10_000 }).toBe(404)
  })

  test('the demo menu plays back what was said', async () => {
    const call = await dial('+899100000001')
    // The second skips what there is to say before the tone.
    await call.sendDigits('11')
    await untilRecording(scene.world, { status: 'recording' })
    await say(call, 700)
    await call.sendDigits('#')
    await hears(call, 700)
    await call.hangUp()
  })
}

function callerStories(scene: Scene, { dial, extension }: Phones): void {
  test('a call in a conversation is recorded: what it says and what it hears', async () => {
    const { world } = scene
    const callee = await extension()
    const destinations = [{ type: 'extension', target: callee.id }]
    const calling = dial(await numberOf(world, [{ type: 'connect', option: { destinations } }]))
    const { call } = await meet(calling, callee)
    const { result } = await get<{ result: { id: string; direction: string }[] }>(world, '/v1.0/calls?page_size=2')
    const recorded = result.find(({ direction }) => direction === 'incoming')?.id
    await post(world, `/v1.0/calls/${recorded}/recording_start`, record)
    await untilRecording(world, { status: 'recording' })
    await pause(SPOKEN_MS)
    await post(world, `/v1.0/calls/${recorded}/recording_stop`, {})
    const { id } = await untilRecording(world, { status: 'ended', error: '', file_status: 'stored' })
    const wav = await download(world, id)
    expect(shareOf(middleOf(wav, 'left'), 700, SAMPLE_RATE_HZ)).toBeGreaterThan(0.9)
    expect(shareOf(middleOf(wav, 'right'), 500, SAMPLE_RATE_HZ)).toBeGreaterThan(0.9)
    await call.hangUp()
  })

  test('kill -9 of the switch while it records: the recording says so, and what was said is there when the node is back', async () => {
    const { world } = scene
    const begin = { type: 'recording_start', option: { duration: 60 } }
    const call = await dial(await numberOf(world, [{ type: 'answer' }, begin, { type: 'sleep', option: { duration: 60_000 } }]))
    await untilRecording(world, { status: 'recording' })
    await say(call, 600, 2 * SPOKEN_MS)
    await Promise.all(world.of('switch').map((process) => process.kill()))
    await restartEnded(world)
    await untilCall(world, { status: 'hangup' })
    const { id, duration_ms } = await untilRecording(world, { status: 'ended', error: 'the node is lost', file_status: 'stored' })
    expect(duration_ms).toBeGreaterThan(SPOKEN_MS)
    expect(shareOf(middleOf(await download(world, id), 'left'), 600, SAMPLE_RATE_HZ)).toBeGreaterThan(0.9)
  })
}

const SPOKEN_MS = 1500
const PATIENCE_MS = 30_000

async function say(call: PhoneCall, frequency: number, forMs = SPOKEN_MS): Promise<void> {
  void call.audio.play(toneSource([frequency]))
  await pause(forMs)
  call.audio.stop()
}

/** The newest recording, once it is so. */
async function untilRecording(world: World, wanted: Partial<Recording>): Promise<Recording> {
  const deadline = performance.now() + PATIENCE_MS
  for (;;) {
    const { result } = await get<{ result: Recording[] }>(world, '/v1.0/recordings?page_size=1').catch(() => ({ result: [] }))
    const [recording] = result
    if (recording && Object.entries(wanted).every(([field, value]) => recording[field as keyof Recording] === value)) return recording
    if (performance.now() > deadline) throw new Error(`The recording is not as expected: ${JSON.stringify(recording)}`)
    await pause(100)
  }
}

const askFile = (world: World, id: string) => {
  const [url] = gatewayUrls(world)
  return fetch(`${url}/v1.0/recordingfiles/${id}`, { redirect: 'manual', headers: { authorization: `Bearer ${ACCESS_KEY}` } })
}

async function download(world: World, id: string): Promise<Buffer> {
  const answer = await askFile(world, id)
  expect(answer.status).toBe(307)
  return follow(world, answer.headers.get('location') ?? '')
}

/** Links begin with the public address, which is not the port of this world; they need no credential. */
async function follow(world: World, link: string): Promise<Buffer> {
  const { pathname, search } = new URL(link)
  const answer = await fetch(`${gatewayUrls(world)[0]}${pathname}${search}`)
  expect(answer.status).toBe(200)
  return Buffer.from(await answer.arrayBuffer())
}

/** Half a second out of the middle of a recording of two channels. */
function middleOf(wav: Buffer, side: 'left' | 'right'): Int16Array {
  expect([wav.toString('latin1', 0, 4), wav.readUInt16LE(22), wav.readUInt32LE(24)]).toEqual(['RIFF', 2, SAMPLE_RATE_HZ])
  const frames = Math.floor(wav.readUInt32LE(40) / 4)
  const first = Math.floor(frames / 2) - SAMPLE_RATE_HZ / 4
  return Int16Array.from({ length: SAMPLE_RATE_HZ / 2 }, (_, index) =>
    wav.readInt16LE(44 + 4 * (first + index) + (side === 'left' ? 0 : 2)),
  )
}
