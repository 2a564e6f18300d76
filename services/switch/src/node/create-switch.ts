import { switchContract } from '@voipbin/contracts/switch'
import { offerContract } from '@voipbin/contracts/switch-ports'
import type { MediaEngine } from '@voipbin/media'
import { type AnyNode, defineNode } from '@voipbin/service-kit'
import type { DnsPort } from '@voipbin/sip'
import type { Admission } from '../admission/admission.ts'
import { Channels } from '../channel/channels.ts'
import { type SwitchConfig, switchConfig } from '../config.ts'
import { codecsNamed } from '../media/leg-codecs.ts'
import { Subjects } from '../media/subjects.ts'
import { createMethods } from '../methods/create-methods.ts'
import type { SipEndpoint } from '../sip/sip-endpoint.ts'
import { drain } from './drain.ts'
import { startHeartbeat } from './heartbeat.ts'
import { createIncoming } from './incoming.ts'
import { createChannelMaker } from './make-channel.ts'
import { createMediaEvents, wireQuality } from './media-events.ts'
import { openMediaParts } from './media-parts.ts'
import { createSwitchMetrics } from './metrics.ts'
import { openSip } from './open-sip.ts'
import type { SwitchKit } from './switch-kit.ts'

export type SwitchParts = {
  readonly openEngine: (config: SwitchConfig, kit: Pick<SwitchKit, 'log' | 'clock'>) => MediaEngine | Promise<MediaEngine>
  /** In place of digests, trunks, bans and rates: whom to let in. */
  readonly admission?: Admission
  readonly dns?: DnsPort
}

/** The switch as a node, on whatever carries its media. */
export function createSwitch(parts: SwitchParts): AnyNode {
  return defineNode({
    contract: switchContract,
    config: switchConfig,
    nodeId: (config) => config.nodeName,
    start: (kit) => start(kit, parts),
  })
}

async function start(kit: SwitchKit, { openEngine, admission, dns }: SwitchParts) {
  const { config, clock, log, node, newId, publish } = kit
  const engine = await openEngine(config, kit)
  const sound = await openMediaParts(kit, engine)
  const { tell, openMedia, bridges } = sound
  const channels = new Channels(config.capacity)
  let endpoint: SipEndpoint | undefined
  const opened = (): SipEndpoint => {
    if (!endpoint) throw new TypeError('SIP is not open yet')
    return endpoint
  }
  const counts = createSwitchMetrics({ metrics: kit.metrics, channels, engine, endpoint: () => endpoint })
  const makeChannel = createChannelMaker({
    ...{ engine, tell, openMedia, log, codecs: codecsNamed(config.codecs.split(',')), rtpTimeoutMs: config.rtpTimeoutSeconds * 1_000 },
    advertisedHost: config.advertisedAddress === 'auto' ? undefined : config.advertisedAddress,
    closeMedia: async (id) => {
      const quality = await engine.closeLeg(id)
      return quality ? wireQuality(quality) : null
    },
    ended: (channel, end) => {
      counts.ended(channel, end)
      channels.remove(channel.id)
    },
  })
  engine.onEvent(createMediaEvents({ ...sound, channels, workerLost: counts.workerLost, log }))
  const incoming = { node, clock, log, newId, call: kit.client(offerContract), channels, makeChannel, endpoint: opened }
  const onInvite = createIncoming({ ...incoming, refusedByLoad: counts.refusedByLoad })
  const subjects = new Subjects(channels, bridges)
  const targetOfFlow = (name: string) => endpoint?.door.targetOf?.(name)
  let heart: ReturnType<typeof startHeartbeat> | undefined
  return {
    methods: createMethods({ ...sound, node, clock, log, channels, engine, subjects, makeChannel, endpoint: opened, targetOfFlow }),
    async listen() {
      endpoint = await openSip(kit, { channels, onInvite, admission, dns })
      heart = startHeartbeat({ node, clock, publish, channels })
      return {
        description: `SIP ${describe(endpoint)}`,
        async close() {
          heart?.stop()
          await endpoint?.close()
          await sound.close()
          await engine.close()
        },
      }
    },
    async drain() {
      const drained = drain({ clock, log, channels, drainMs: config.drainSeconds * 1_000 })
      heart?.beat()
      await drained
    },
  }
}

function describe({ parts }: SipEndpoint): string {
  return [...parts.transport.bound].map(([name, { host, port }]) => `${name.replace(/\d+$/, '')}:${host}:${port}`).join(' ')
}
