import { FrameResampler } from '../audio/frame-resampler.ts'
import type { MediaFiles } from '../files/media-files.ts'
import type { RecordOptions } from '../media-engine.ts'
import type { EndReason, MediaEvent } from '../media-event.ts'
import { FRAME_MS } from '../tick/ticker.ts'
import { WavWriter } from '../wav/wav-writer.ts'

export type RecorderOptions = {
  readonly options: RecordOptions
  readonly rate: number
  readonly files: MediaFiles
  readonly emit: (event: MediaEvent) => void
  /** The recording is over, for whatever reason; its file may not be whole yet. */
  readonly onEnd: () => void
}

type RecordEnd = EndReason | 'silence' | 'limit'

const FLUSH_FRAMES = 1_000 / FRAME_MS
/** Below this, in 16-bit steps of the mean, is silence: about −46 dB. */
const SILENCE_LEVEL = 160

/** One recording, frame by frame: each turn writes 20 ms, silence where nothing came, so that it stays in time with the clock. */
export class Recorder {
  readonly options: RecordOptions
  readonly #parts: RecorderOptions
  readonly #writer: WavWriter
  readonly #silence: Int16Array
  readonly #left: FrameResampler
  readonly #right: FrameResampler
  #frames = 0
  #silentFrames = 0
  #lastFrame: number | undefined
  #ended: Promise<void> | undefined

  constructor(parts: RecorderOptions) {
    this.options = parts.options
    this.#parts = parts
    const { rate, files, options, emit } = parts
    this.#silence = new Int16Array((rate * FRAME_MS) / 1_000)
    this.#left = new FrameResampler(this.#silence.length)
    this.#right = new FrameResampler(this.#silence.length)
    const channels = options.direction === 'both' && options.subject.kind === 'leg' ? 2 : 1
    this.#writer = new WavWriter(files, { path: options.file, rate, channels }, (error) => this.#fail(error))
    emit({ type: 'recording.started', id: options.id, subject: options.subject })
  }

  get durationMs(): number {
    return this.#frames * FRAME_MS
  }

  /**
   * @param said what the leg said, or what all of a bridge said; undefined where nothing came
   * @param heard what the leg heard
   * @param frame count of turns: those left out are silence
   */
  write(said: Int16Array | undefined, heard: Int16Array | undefined, frame: number): void {
    if (this.#ended) return
    for (let missing = frame - (this.#lastFrame ?? frame - 1) - 1; missing > 0; missing--) this.#writeFrame(undefined, undefined)
    this.#lastFrame = frame
    this.#writeFrame(said, heard)
    if (this.#frames % FLUSH_FRAMES === 0) this.#writer.flush()
    this.#checkLimits()
  }

  receiveDigit(digit: string): void {
    if (this.options.endDigits.includes(digit)) void this.end('digit')
  }

  /** Resolves when the file is whole and its end has been told. */
  end(reason: RecordEnd): Promise<void> {
    this.#ended ??= this.#finish(reason)
    return this.#ended
  }

  async #finish(reason: RecordEnd): Promise<void> {
    this.#parts.onEnd()
    await this.#writer.close()
    if (this.#hasFailed) return
    const { id, subject, file } = this.options
    const { durationMs } = this
    this.#parts.emit({ type: 'recording.ended', id, subject, reason, durationMs, octets: this.#writer.octets, file })
  }

  #hasFailed = false

  #fail(error: Error): void {
    this.#hasFailed = true
    const { id, subject } = this.options
    this.#parts.emit({ type: 'recording.failed', id, subject, error: error.message })
    void this.end('failed')
  }

  #writeFrame(said: Int16Array | undefined, heard: Int16Array | undefined): void {
    const { direction, subject } = this.options
    const left =
      direction === 'out' && subject.kind === 'leg' ? this.#left.convert(heard ?? this.#silence) : this.#left.convert(said ?? this.#silence)
    const isStereo = direction === 'both' && subject.kind === 'leg'
    this.#writer.write(left, isStereo ? this.#right.convert(heard ?? this.#silence) : undefined)
    this.#silentFrames = isSilent(left) ? this.#silentFrames + 1 : 0
    this.#frames++
  }

  #checkLimits(): void {
    const { maxDurationMs, endSilenceMs } = this.options
    if (this.#writer.isFull || (maxDurationMs > 0 && this.durationMs >= maxDurationMs)) void this.end('limit')
    else if (endSilenceMs > 0 && this.#silentFrames * FRAME_MS >= endSilenceMs) void this.end('silence')
  }
}

function isSilent(samples: Int16Array): boolean {
  let sum = 0
  for (let index = 0; index < samples.length; index++) sum += Math.abs(samples[index] ?? 0)
  return sum < SILENCE_LEVEL * samples.length
}
