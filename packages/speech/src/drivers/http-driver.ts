import type { Script } from '../script/script.ts'
import { splitScript } from '../script/split-script.ts'
import type { Sound } from '../sound/sound.ts'
import { type SpeechDriver, SpeechFailed, type SpeechRequest } from '../speech-driver.ts'

type Voiced = Pick<SpeechRequest, 'language' | 'gender' | 'voiceId'>
export type HttpSpeech = {
  readonly name: string
  readonly speaks: SpeechDriver['speaks']
  readonly hasVoice: SpeechDriver['hasVoice']
  readonly voiceFor: SpeechDriver['voiceFor']
  /** Of one request's SSML. */
  readonly limitOctets: number
  readonly fetch: typeof globalThis.fetch
  readonly after: (ms: number, callback: () => void) => () => void
  request(
    script: Script,
    voiced: Voiced,
  ): { readonly url: string; readonly headers: Readonly<Record<string, string>>; readonly body: string }
  /** @returns undefined where the answer is not what was asked for */
  read(octets: Buffer): Sound | undefined
}

/** A vendor that is silent for so long is given up for the next: a caller waits. */
const LONGEST_MS = 10_000
/** An hour at 8 kHz. */
const MAX_OCTETS = 64 * 1024 * 1024

/** A vendor that is asked by HTTP: piece by piece where a text is longer than it takes. */
export function createHttpDriver(speech: HttpSpeech): SpeechDriver {
  return {
    ...{ name: speech.name, speaks: speech.speaks, hasVoice: speech.hasVoice, voiceFor: speech.voiceFor },
    async speak(request) {
      const voiceId = request.voiceId || speech.voiceFor(request)
      const sounds: (Sound | { readonly pauseMs: number })[] = []
      for (const piece of splitScript(request.script, speech.limitOctets)) {
        sounds.push('pauseMs' in piece ? piece : await ask(speech, piece, { ...request, voiceId }))
      }
      return joined(sounds, speech.name)
    },
    close: async () => {},
  }
}

async function ask(speech: HttpSpeech, script: Script, request: SpeechRequest): Promise<Sound> {
  const late = new AbortController()
  const stopTimer = speech.after(LONGEST_MS, () => late.abort())
  try {
    const { url, headers, body } = speech.request(script, request)
    const signal = AbortSignal.any([late.signal, request.signal])
    const response = await speech.fetch(url, { method: 'POST', headers, body, signal, redirect: 'error' })
    if (!response.ok) throw await refusal(speech.name, response)
    const sound = speech.read(await readBounded(response))
    if (!sound || sound.samples.length === 0) throw new SpeechFailed('BAD_ANSWER', `${speech.name} answered with no sound`)
    return sound
  } catch (cause) {
    if (cause instanceof SpeechFailed) throw cause
    if (request.signal.aborted) throw new SpeechFailed('ABORTED', `${speech.name} was not waited for`, { cause })
    if (late.signal.aborted) throw new SpeechFailed('TIMEOUT', `${speech.name} did not answer in ${LONGEST_MS} ms`, { cause })
    throw new SpeechFailed('UNREACHABLE', `${speech.name} cannot be reached`, { cause })
  } finally {
    stopTimer()
  }
}

/** Only what the vendor says: its answers repeat no key. */
async function refusal(name: string, response: Response): Promise<SpeechFailed> {
  const said = (await response.text().catch(() => '')).replace(/\s+/g, ' ').slice(0, 200)
  return new SpeechFailed('REFUSED', `${name} answered ${response.status}: ${said}`)
}

async function readBounded(response: Response): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let octets = 0
  for await (const chunk of response.body ?? []) {
    octets += chunk.length
    if (octets > MAX_OCTETS) throw new SpeechFailed('BAD_ANSWER', 'the sound is too long')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function joined(pieces: readonly (Sound | { readonly pauseMs: number })[], name: string): Sound {
  const rate = pieces.find((piece) => 'rate' in piece)?.rate
  if (rate === undefined) throw new SpeechFailed('NOTHING_TO_SAY', `${name} was given no words`)
  const all = pieces.map((piece) => ('pauseMs' in piece ? new Int16Array(Math.round((piece.pauseMs * rate) / 1_000)) : piece.samples))
  const samples = new Int16Array(all.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of all) {
    samples.set(part, at)
    at += part.length
  }
  return { rate, samples }
}
