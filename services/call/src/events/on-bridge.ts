import type { EventPayload } from '@voipbin/contracts/contract'
import type { EventEnvelope } from '@voipbin/contracts/event'
import type { SwitchContract } from '@voipbin/contracts/switch'
import { addMilliseconds } from '@voipbin/contracts/time'
import type { Tx } from '@voipbin/sql'
import { isLive } from '../call.ts'
import { callOfChannel } from '../leg.ts'
import { joinRoom, leaveRoom } from '../room.ts'
import { confbridges } from '../store/confbridges.ts'
import { outOfRoom } from '../work.ts'

/** A channel leaves its bridge just before it ends; what ends needs not be told that it may go on. */
const GRACE_MS = 100

export async function onBridgeJoined(tx: Tx, { data }: EventEnvelope<EventPayload<SwitchContract, 'bridge.joined'>>): Promise<void> {
  const room = await confbridges.find(tx, data.bridge_id)
  const call = await callOfChannel(tx, data)
  if (room && call && isLive(call)) await joinRoom(tx, room, call)
}

export async function onBridgeLeft(tx: Tx, { data }: EventEnvelope<EventPayload<SwitchContract, 'bridge.left'>>): Promise<void> {
  const [call_id, confbridge_id] = [data.call_id ?? data.channel_id, data.bridge_id]
  const call = await callOfChannel(tx, data)
  if (call && isLive(call) && call.confbridge_id === confbridge_id)
    tx.schedule(outOfRoom, call_id, addMilliseconds(tx.now, GRACE_MS), { call_id, confbridge_id })
  await leaveRoom(tx, confbridge_id, call_id)
}
