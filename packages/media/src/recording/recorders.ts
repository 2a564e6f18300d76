import type { EndReason } from '../media-event.ts'
import type { Recorder } from './recorder.ts'

/** The recordings of one leg or bridge. */
export class Recorders {
  readonly #running = new Map<string, Recorder>()

  get count(): number {
    return this.#running.size
  }

  add(recorder: Recorder): void {
    this.#running.set(recorder.options.id, recorder)
  }

  delete(id: string): void {
    this.#running.delete(id)
  }

  write(said: Int16Array | undefined, heard: Int16Array | undefined, frame: number): void {
    for (const recorder of this.#running.values()) recorder.write(said, heard, frame)
  }

  receiveDigit(digit: string): void {
    for (const recorder of this.#running.values()) recorder.receiveDigit(digit)
  }

  stop(id: string): void {
    void this.#running.get(id)?.end('stopped')
  }

  /** Resolves when their files are whole. */
  async endAll(reason: EndReason): Promise<void> {
    await Promise.all([...this.#running.values()].map((recorder) => recorder.end(reason)))
  }
}
