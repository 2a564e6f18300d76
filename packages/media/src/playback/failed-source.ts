import type { AudioSource, SourceRead } from './audio-source.ts'

/** Stands for what cannot be played, so that it fails in its turn and not before. */
export class FailedSource implements AudioSource {
  readonly error: string

  constructor(error: string) {
    this.error = error
  }

  read(): SourceRead {
    return 'failed'
  }

  close(): void {}
}
