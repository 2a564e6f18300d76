import type { Source } from '../media-engine.ts'

/** Where what a stream hears goes to, and where what it says comes from. */
export type Carrier = {
  /** What it says in this turn, good until the next; undefined: nothing. It may be of another length than wanted: its rate is then another. */
  take(frameSamples: number): Int16Array | undefined
  /** 20 ms of what it is to hear. */
  send(heard: Int16Array, frame: number, nowMs: number): void
  /** Said after all that is to be said already. */
  feed(sources: readonly Source[]): void
  /** Told of once all has been said that came before. */
  mark(name: string): void
  /** Drops what has not been said yet; its marks are told of. */
  flush(): void
  close(): void
}

export type Marked = { readonly mark: string; readonly isFlushed: boolean; readonly error: string }
export type OnMark = (marked: Marked) => void
