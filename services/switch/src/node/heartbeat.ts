import { NIL_ID } from '@voipbin/contracts/fields'
import type { SwitchContract } from '@voipbin/contracts/switch'
import type { Clock, NodeIdentity, NodeKit, Settings } from '@voipbin/service-kit'
import type { Channels } from '../channel/channels.ts'

type Parts = {
  readonly node: NodeIdentity
  readonly clock: Clock
  readonly publish: NodeKit<SwitchContract, Settings>['publish']
  readonly channels: Channels
}

const BEAT_MS = 2_000
/** What this kind of node can do, beside what every one can. */
const capabilities = ['sip/udp', 'sip/tcp', 'record', 'bridge', 'echo', 'stream/rtp']

/** Tells every two seconds that the node is up, or on its way out. Silence for six means that it is lost. */
export function startHeartbeat({ node, clock, publish, channels }: Parts): { readonly beat: () => void; readonly stop: () => void } {
  let sequence = 0
  let cancel = () => {}
  let isStopped = false
  const beat = () => {
    cancel()
    if (isStopped) return
    const data = { node_id: node.id, epoch: node.epoch, channels: channels.size, capacity: channels.capacity, capabilities }
    const event = { customer_id: NIL_ID, resource_id: node.id, sequence: ++sequence, data }
    publish(channels.isDraining ? 'node.draining' : 'node.up', event)
    cancel = clock.after(BEAT_MS, beat)
  }
  beat()
  const stop = () => {
    isStopped = true
    cancel()
  }
  return { beat, stop }
}
