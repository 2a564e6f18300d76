import type { MethodOutput } from '@voipbin/contracts/contract'
import type { SwitchContract } from '@voipbin/contracts/switch'
import type { NodeIdentity } from '@voipbin/service-kit'
import type { Channels } from '../channel/channels.ts'

/** What there is: for whoever missed events. A channel whose end is being told of is still among them. */
export const listChannels =
  (channels: Channels, node: NodeIdentity) => async (): Promise<MethodOutput<SwitchContract, 'listChannels'>> => ({
    node_id: node.id,
    epoch: node.epoch,
    channels: [...channels].map((channel) => {
      const { phase } = channel.state
      return {
        ...{ id: channel.id, customer_id: channel.customerId, state: phase === 'ended' ? 'ending' : phase, seq: channel.seq },
        ...{ bridge_id: channel.bridgeId ?? null, sip_call_id: channel.leg?.sipCallId ?? '', tm_create: channel.createdAt },
      }
    }),
  })
