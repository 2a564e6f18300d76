import type { MediaEngine } from '@voipbin/media'
import type { Clock } from '@voipbin/service-kit'
import { gone, ok, refused } from '../channel/channel-state.ts'
import type { Channels } from '../channel/channels.ts'
import { sendInfoDigits } from '../sip/send-info-digits.ts'
import type { Command } from './command.ts'

type Parts = { readonly channels: Channels; readonly engine: MediaEngine; readonly clock: Clock }

/** By telephone-event where that was agreed on, else by INFO, unless told otherwise. */
export const sendDigits =
  ({ channels, engine, clock }: Parts): Command<'sendDigits'> =>
  async ({ id, digits, duration_ms: durationMs, gap_ms: gapMs, method }) => {
    const channel = await channels.settled(id)
    if (!channel || channel.state.phase === 'ending') return gone
    if (channel.state.phase !== 'answered' && !(method !== 'info' && channel.hasMedia)) return refused('CHANNEL_NOT_ANSWERED')
    const hasEvents = channel.media.agreed?.telephoneEvent !== undefined
    if (method === 'rfc4733' && !hasEvents) return refused('TELEPHONE_EVENT_NOT_AGREED')
    const { session } = channel.leg ?? {}
    if (method === 'info' || !hasEvents) {
      if (session) void sendInfoDigits({ session, clock, digits, durationMs, gapMs })
    } else engine.sendDigits({ leg: id, digits, durationMs, gapMs })
    return ok
  }
