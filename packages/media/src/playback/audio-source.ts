/** `audio`: the frame is filled. `wait`: it is silence, because nothing has been read yet. `end`: untouched, no more will come. */
export type SourceRead = 'audio' | 'wait' | 'end' | 'failed'

/** What can be played. Frames of 20 ms tell by their length the rate that is wanted, and it may change between two of them. */
export type AudioSource = {
  read(frame: Int16Array): SourceRead
  /** Why it `failed`. */
  readonly error: string
  close(): void
}
