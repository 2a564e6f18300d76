/** One piece of a tone: its frequencies sound together, or the first is modulated by the second. */
export type ToneSegment = {
  readonly frequencies: readonly number[]
  readonly isModulated: boolean
  /** 0: for ever. */
  readonly durationMs: number
  /** Played before the repeated part only. */
  readonly isOnce: boolean
}
export type Cadence = readonly ToneSegment[]

const SEGMENT = /^(!?)(\d+(?:[+*]\d+)*)(?:\/(\d+))?$/

/**
 * Reads `440+480/2000,0/4000`: frequencies in Hz joined by `+` (sum) or `*` (modulated), `/` duration in ms, `!` for what is played once
 * before the rest repeats. 0 Hz is silence.
 * @throws SyntaxError
 */
export function parseCadence(text: string): Cadence {
  return text.split(',').map((part) => {
    const [, once, tones, duration] = SEGMENT.exec(part.trim()) ?? []
    if (tones === undefined) throw new SyntaxError(`Cannot read the tone "${text}": "${part}" is no segment`)
    return {
      frequencies: tones.split(/[+*]/).map(Number).filter(Boolean),
      isModulated: tones.includes('*'),
      durationMs: Number(duration ?? 0),
      isOnce: once === '!',
    }
  })
}
