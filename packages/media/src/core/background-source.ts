import type { Background } from '../media-engine.ts'
import type { AudioSource } from '../playback/audio-source.ts'
import { MelodySource } from '../playback/melody-source.ts'
import type { OpenSource } from '../playback/open-source.ts'
import { Playlist } from '../playback/playlist.ts'
import { SilenceSource } from '../playback/silence-source.ts'
import { findTone } from '../tones/find-tone.ts'
import type { CoreSettings } from './core-options.ts'

/** What a leg hears while nothing else is played to it. */
export function backgroundSource(kind: Background, open: OpenSource, { musicFiles, country }: CoreSettings): AudioSource | undefined {
  if (kind === 'none') return undefined
  if (kind === 'silence') return new SilenceSource(Number.POSITIVE_INFINITY)
  if (kind === 'ringback') return open({ tone: findTone(`ringback/${country}`) ? `ringback/${country}` : 'ringback/us' })
  if (musicFiles.length === 0) return new MelodySource()
  return new Playlist(
    musicFiles.map((file) => ({ file })),
    0,
    open,
  )
}
