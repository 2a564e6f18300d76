import type { EventPayload } from '@voipbin/contracts/contract'
import type { EventEnvelope } from '@voipbin/contracts/event'
import type { SwitchContract } from '@voipbin/contracts/switch'
import type { Tx } from '@voipbin/sql'
import { type DialTimes, endLeg } from '../end-leg.ts'
import { callOfChannel } from '../leg.ts'

type Ended = EventEnvelope<EventPayload<SwitchContract, 'channel.ended'>>

export const onChannelEnded =
  (times: DialTimes) =>
  async (tx: Tx, { data }: Ended): Promise<void> => {
    const call = await callOfChannel(tx, data)
    if (call) await endLeg(tx, call, data.end, times)
  }
