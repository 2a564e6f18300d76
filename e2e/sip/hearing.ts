import { type PhoneCall, SAMPLE_RATE_HZ, shareOf } from '@voipbin/phone'

/** What is looked at. On a machine that is busy with other things a moment may be lost, so it is waited for one that is not. */
const WINDOW_MS = 200
const WAIT_MS = 15_000
/** Of the power, all tones that should be there together; the rest is noise of G.711 and a mixture's edges. */
const ALL = 0.85
const EACH = 0.15
const SILENT_DB = -50

/** Waits until a phone hears these tones and nothing else. @throws Error with what it heard last */
export async function hears(call: PhoneCall, ...frequencies: readonly number[]): Promise<void> {
  const measure = () => {
    const samples = lately(call)
    return frequencies.map((frequency) => shareOf(samples, frequency, SAMPLE_RATE_HZ))
  }
  const isSo = (shares: readonly number[]) => sum(shares) > ALL && shares.every((share) => share > EACH) && lately(call).length > 0
  const shares = await untilSo(measure, isSo)
  if (isSo(shares)) return
  const { frequencyHz, share, levelDb } = call.audio.heard.strongestTone({ fromMs: call.audio.positionMs - WINDOW_MS })
  const heard = `${Math.round(100 * share)} % of ${frequencyHz} Hz at ${Math.round(levelDb)} dB`
  throw new Error(
    `Expected to hear ${frequencies.join(' + ')} Hz, but their shares are ${shares.map((each) => each.toFixed(2)).join(', ')}: ${heard}`,
  )
}

/** Waits until a phone hears no sound, whether packets come or not. @throws Error with what it heard last */
export async function hearsNothing(call: PhoneCall): Promise<void> {
  const level = () => call.audio.heard.levelDb({ fromMs: call.audio.positionMs - WINDOW_MS })
  const levelDb = await untilSo(level, (each) => each < SILENT_DB)
  if (levelDb >= SILENT_DB) throw new Error(`Expected silence, but it is ${Math.round(levelDb)} dB`)
}

/** The newest stretch, without its last moment: a packet of it may be on its way. */
function lately({ audio }: PhoneCall): Int16Array {
  const toMs = audio.positionMs - 20
  return audio.heard.samples({ fromMs: toMs - WINDOW_MS, toMs })
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

async function untilSo<T>(measure: () => T, isSo: (value: T) => boolean): Promise<T> {
  const until = performance.now() + WAIT_MS
  for (;;) {
    const value = measure()
    if (isSo(value) || performance.now() > until) return value
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
