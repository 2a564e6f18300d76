import type { MediaEngine } from '@voipbin/media'
import { gone, type Outcome, ok } from '../channel/channel-state.ts'
import type { Players } from '../media/players.ts'
import type { Subjects } from '../media/subjects.ts'
import type { Command } from './command.ts'

type Parts = { readonly subjects: Subjects; readonly players: Players; readonly engine: MediaEngine }

/** Answered once it can be heard; what is to be fetched first begins to sound later, or ends as failed. */
export const play =
  ({ subjects, players }: Parts): Command<'play'> =>
  async ({ id, subject: wanted, media, mode, stop_on: stopOn, loops }) => {
    if (players.isKnown(id)) return ok
    const subject = await subjects.find(wanted)
    if (!subject) return gone
    const audible: Outcome = await subjects.makeAudible(subject)
    if (audible.result !== 'ok' || players.isKnown(id)) return audible
    players.play({ id, subject, media, mode, stopOn, loops })
    return ok
  }
