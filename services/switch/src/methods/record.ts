import { join } from 'node:path'
import type { MediaEngine } from '@voipbin/media'
import { gone, ok } from '../channel/channel-state.ts'
import type { OpenMedia } from '../media/open-media.ts'
import type { Subjects } from '../media/subjects.ts'
import type { Uploads } from '../media/uploads.ts'
import type { Command } from './command.ts'

type Parts = {
  readonly subjects: Subjects
  readonly openMedia: OpenMedia
  readonly uploads: Uploads
  readonly engine: MediaEngine
  /** Where recordings are, until they are put elsewhere. */
  readonly folder: string
}

export const record =
  ({ subjects, openMedia, uploads, engine, folder }: Parts): Command<'record'> =>
  async ({ id, subject: wanted, ...options }) => {
    if (openMedia.isKnown(id)) return ok
    const subject = await subjects.find(wanted)
    if (!subject) return gone
    const ready = await subjects.makeReady(subject)
    if (ready.result !== 'ok' || openMedia.isKnown(id)) return ready
    openMedia.begin(id, 'recording', subject)
    uploads.expect(id, { url: options.put_url, customerId: subject.customerId })
    engine.record({
      ...{ id, subject: { kind: subject.kind === 'bridge' ? 'bridge' : 'leg', id: subject.id }, direction: options.direction },
      file: join(folder, `${id}.wav`),
      ...{
        maxDurationMs: options.max_duration_ms,
        endSilenceMs: options.end_silence_ms,
        endDigits: options.end_digits,
        beep: options.beep,
      },
    })
    return ok
  }
