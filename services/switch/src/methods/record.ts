import type { MediaEngine } from '@voipbin/media'
import { gone, ok } from '../channel/channel-state.ts'
import type { OpenMedia } from '../media/open-media.ts'
import type { Spool } from '../media/spool.ts'
import type { Subjects } from '../media/subjects.ts'
import type { Uploads } from '../media/uploads.ts'
import type { Command } from './command.ts'

type Parts = {
  readonly subjects: Subjects
  readonly openMedia: OpenMedia
  readonly uploads: Uploads
  readonly engine: MediaEngine
  readonly spool: Spool
}

export const record =
  ({ subjects, openMedia, uploads, engine, spool }: Parts): Command<'record'> =>
  async ({ id, subject: wanted, ...options }) => {
    if (openMedia.isKnown(id)) return ok
    const subject = await subjects.find(wanted)
    if (!subject) return gone
    await uploads.expect({ id, url: options.put_url, customerId: subject.customerId })
    const ready = await subjects.makeReady(subject)
    if (openMedia.isKnown(id)) return ok
    if (ready.result !== 'ok') {
      await uploads.forget(id)
      return ready
    }
    openMedia.begin(id, 'recording', subject)
    engine.record({
      ...{ id, subject: { kind: subject.kind === 'bridge' ? 'bridge' : 'leg', id: subject.id }, direction: options.direction },
      file: spool.fileOf(id),
      ...{
        maxDurationMs: options.max_duration_ms,
        endSilenceMs: options.end_silence_ms,
        endDigits: options.end_digits,
        beep: options.beep,
      },
    })
    return ok
  }
