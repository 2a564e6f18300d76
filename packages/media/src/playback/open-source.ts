import type { MediaFiles } from '../files/media-files.ts'
import type { Source } from '../media-engine.ts'
import { findTone } from '../tones/find-tone.ts'
import { ToneSource } from '../tones/tone-source.ts'
import { HeardWavs } from '../wav/heard-wavs.ts'
import { WavSource } from '../wav/wav-source.ts'
import type { AudioSource } from './audio-source.ts'
import { FailedSource } from './failed-source.ts'
import { SilenceSource } from './silence-source.ts'

export type OpenSource = (source: Source) => AudioSource

export function openSource(files: MediaFiles): OpenSource {
  const heard = new HeardWavs(files)
  return (source) => {
    if ('file' in source) return new WavSource(heard, source.file)
    if ('silenceMs' in source) return new SilenceSource(source.silenceMs)
    const cadence = findTone(source.tone)
    return cadence ? new ToneSource(cadence, source.durationMs) : new FailedSource(`Cannot play: there is no tone "${source.tone}"`)
  }
}
