import type { Heard } from '../audio/heard.ts'
import type { CallEnd, CallEvent } from '../call/call-events.ts'
import { ExpectationSyntaxError } from '../errors.ts'

/** What an expectation looks at of a call, while it lasts or after it. */
export type Observed = {
  readonly heard: Pick<Heard, 'durationMs' | 'shareOf' | 'levelDb' | 'strongestTone'>
  readonly digits: string
  readonly codec: string | undefined
  readonly events: readonly CallEvent[]
  readonly ended: CallEnd | undefined
  /** Between answer and end. */
  readonly talkedMs: number
}

/** Something that a call must have come to. */
export type Expectation = {
  /** As it was written. */
  readonly text: string
  /** @returns undefined when it is so, else what is so instead */
  judge(call: Observed): string | undefined
}

const WINDOW_MS = 200
/** Of the power of a window: a tone that other sounds are mixed with still counts. */
const LEAST_SHARE = 0.4
const AUDIBLE_DB = -50

type Kind = (value: string) => Expectation['judge'] | undefined

const kinds: Readonly<Record<string, Kind>> = {
  tone: (value) => (/^\d{2,4}$/.test(value) ? (call) => judgeTone(call, Number(value)) : undefined),
  digits: (value) => (/^[0-9*#A-D]+$/.test(value) ? ({ digits }) => unlike(digits, value, 'the digits heard were') : undefined),
  silence: (value) => (value === '' ? ({ heard }) => (loudestDb(heard) < AUDIBLE_DB ? undefined : describeHeard(heard)) : undefined),
  sound: (value) => (value === '' ? ({ heard }) => (loudestDb(heard) < AUDIBLE_DB ? describeHeard(heard) : undefined) : undefined),
  answered: (value) => (value === '' ? (call) => (has(call, 'answered') ? undefined : describeEnd(call)) : undefined),
  held: (value) => (value === '' ? (call) => (has(call, 'held') ? undefined : 'nobody put it on hold') : undefined),
  early: (value) => (value === '' ? (call) => (has(call, 'early') ? undefined : 'nothing was to be heard before the answer') : undefined),
  codec: (value) => (value === '' ? undefined : ({ codec }) => unlike(codec ?? 'none', value.toUpperCase(), 'the codec was')),
  status: (value) =>
    /^[3-6]\d\d$/.test(value) ? (call) => (call.ended?.status === Number(value) ? undefined : describeEnd(call)) : undefined,
  ended: (value) =>
    /^(local|remote|network)$/.test(value) ? (call) => (call.ended?.by === value ? undefined : describeEnd(call)) : undefined,
  duration: (value) => readDuration(value),
}

/** For `--help`. */
export const expectationsHelp =
  'tone=HZ, digits=12#, sound, silence, answered, early, held, codec=NAME, status=486, ended=local|remote|network, duration=S or S-S'

/** @throws ExpectationSyntaxError when it is none that is known */
export function parseExpectation(text: string): Expectation {
  const [name = '', value = ''] = text.split('=', 2)
  const judge = Object.hasOwn(kinds, name) ? kinds[name]?.(value) : undefined
  if (!judge) throw new ExpectationSyntaxError(text, expectationsHelp)
  return { text, judge }
}

function judgeTone({ heard }: Observed, frequencyHz: number): string | undefined {
  for (let fromMs = 0; fromMs + WINDOW_MS <= heard.durationMs; fromMs += WINDOW_MS / 2) {
    const window = { fromMs, toMs: fromMs + WINDOW_MS }
    if (heard.levelDb(window) >= AUDIBLE_DB && heard.shareOf(frequencyHz, window) >= LEAST_SHARE) return undefined
  }
  return describeHeard(heard)
}

function readDuration(value: string): Expectation['judge'] | undefined {
  const [, least, most] = /^(\d+(?:\.\d+)?)(?:-(\d+(?:\.\d+)?))?$/.exec(value) ?? []
  if (least === undefined) return undefined
  return ({ talkedMs }) => {
    const isLongEnough = talkedMs >= Number(least) * 1000
    const isShortEnough = most === undefined || talkedMs <= Number(most) * 1000
    return isLongEnough && isShortEnough ? undefined : `it lasted ${(talkedMs / 1000).toFixed(1)} s`
  }
}

function loudestDb(heard: Observed['heard']): number {
  let loudest = -100
  for (let fromMs = 0; fromMs < heard.durationMs; fromMs += WINDOW_MS)
    loudest = Math.max(loudest, heard.levelDb({ fromMs, toMs: fromMs + WINDOW_MS }))
  return loudest
}

/** What was heard, in one sentence: its loudest window speaks for it. */
export function describeHeard(heard: Observed['heard']): string {
  if (heard.durationMs === 0) return 'nothing was heard: no audio came'
  let best = { fromMs: 0, levelDb: -200 }
  for (let fromMs = 0; fromMs < heard.durationMs; fromMs += WINDOW_MS) {
    const levelDb = heard.levelDb({ fromMs, toMs: fromMs + WINDOW_MS })
    if (levelDb > best.levelDb) best = { fromMs, levelDb }
  }
  const seconds = (heard.durationMs / 1000).toFixed(1)
  if (best.levelDb < AUDIBLE_DB) return `${seconds} s of silence were heard`
  const { frequencyHz, share } = heard.strongestTone({ fromMs: best.fromMs, toMs: best.fromMs + WINDOW_MS })
  const what = share >= LEAST_SHARE ? `a tone of ${frequencyHz} Hz` : 'no single tone'
  return `${what} at ${best.levelDb.toFixed(0)} dB was the loudest in ${seconds} s`
}

const has = ({ events }: Observed, type: CallEvent['type']): boolean => events.some((event) => event.type === type)
const describeEnd = ({ ended }: Observed): string => (ended ? `it was ended by ${ended.by}: ${ended.text}` : 'it was not ended')
const unlike = (is: string, wanted: string, what: string): string | undefined =>
  is.toUpperCase() === wanted ? undefined : `${what} "${is}"`
