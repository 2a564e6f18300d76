import type { SwitchContract } from '@voipbin/contracts/switch'
import { offerContract } from '@voipbin/contracts/switch-ports'
import type { MediaEngine } from '@voipbin/media'
import type { Listening, NodeAnswers } from '@voipbin/service-kit'
import type { DnsPort } from '@voipbin/sip'
import type { Admission } from '../admission/admission.ts'
import { Channels } from '../channel/channels.ts'
import type { SwitchConfig } from '../config.ts'
import { createConnectInside } from '../inside/connect-inside.ts'
import { codecsNamed } from '../media/leg-codecs.ts'
import { Subjects } from '../media/subjects.ts'
import { createMethods } from '../methods/create-methods.ts'
import { advertisedTo } from '../sip/listeners.ts'
import { createReach } from '../sip/reach.ts'
import type { EndpointOptions, SipEndpoint } from '../sip/sip-endpoint.ts'
import { drain } from './drain.ts'
import { startHeartbeat } from './heartbeat.ts'
import { createIncoming } from './incoming.ts'
import { createChannelMaker } from './make-channel.ts'
import { createMediaEvents, wireQuality } from './media-events.ts'
import { openMediaParts } from './media-parts.ts'
import { createSwitchMetrics } from './metrics.ts'
import { openOutbound } from './open-outbound.ts'
import { openSip } from './open-sip.ts'
import type { SwitchKit } from './switch-kit.ts'

export type SwitchParts = {
  readonly openEngine: (config: SwitchConfig, kit: Pick<SwitchKit, 'log' | 'clock'>) => MediaEngine | Promise<MediaEngine>
  /** In place of digests, trunks, bans and rates: whom to let in. */
  readonly admission?: Admission
  readonly dns?: DnsPort
  readonly openTransport?: EndpointOptions['openTransport']
}

export type RunningSwitch = Listening & {
  readonly methods: NodeAnswers<SwitchContract>
  /** Somebody's password or rights have changed. */
  forgetUsers(): void
  drain(): Promise<void>
}

/** Opens threads for media and sockets for SIP, and puts what commands and INVITEs need between them. */
export async function openSwitch(kit: SwitchKit, { openEngine, ...injected }: SwitchParts): Promise<RunningSwitch> {
  const { config, clock, log, node, publish } = kit
  const engine = await openEngine(config, kit)
  const sound = await openMediaParts(kit, engine)
  const channels = new Channels(config.capacity)
  let endpoint: SipEndpoint | undefined
  const opened = (): SipEndpoint => {
    if (!endpoint) throw new TypeError('SIP is not open yet')
    return endpoint
  }
  const counts = createSwitchMetrics({ metrics: kit.metrics, channels, engine, endpoint: () => endpoint })
  const makeChannel = createMaker(kit, { engine, sound, channels, counts })
  engine.onEvent(createMediaEvents({ ...sound, channels, workerLost: counts.workerLost, log }))
  const incoming = { node, clock, log, newId: kit.newId, call: kit.client(offerContract), channels, makeChannel, endpoint: opened }
  const arriving = { ...incoming, refusedByLoad: counts.refusedByLoad }
  const [onInvite, connectInside] = [createIncoming(arriving), createConnectInside(arriving)]
  const subjects = new Subjects(channels, sound.bridges)
  const mayReach = createReach(config.outboundAllow)
  const targetOfFlow = (name: string) => opened().door.targetOf?.(name)
  try {
    endpoint = await openSip(kit, { channels, onInvite, ...injected })
  } catch (error) {
    await sound.close()
    await engine.close()
    throw error
  }
  // Whoever lets everybody in has no registrar.
  const outbound = injected.admission ? undefined : openOutbound(kit, endpoint)
  const heart = startHeartbeat({ node, clock, publish, channels })
  return {
    description: `SIP ${describe(endpoint)}`,
    methods: createMethods({ ...sound, ...arriving, engine, subjects, targetOfFlow, connectInside, mayReach }),
    forgetUsers: () => endpoint?.door.forgetUsers?.(),
    async drain() {
      const drained = drain({ clock, log, channels, drainMs: config.drainSeconds * 1_000 })
      heart.beat()
      await drained
    },
    async close() {
      heart.stop()
      await outbound?.close()
      await endpoint?.close()
      await sound.close()
      await engine.close()
    },
  }
}

type MakerParts = {
  readonly engine: MediaEngine
  readonly sound: Awaited<ReturnType<typeof openMediaParts>>
  readonly channels: Channels
  readonly counts: ReturnType<typeof createSwitchMetrics>
}

function createMaker({ config, log }: SwitchKit, { engine, sound, channels, counts }: MakerParts) {
  const { tell, openMedia } = sound
  return createChannelMaker({
    ...{ engine, tell, openMedia, log, codecs: codecsNamed(config.codecs.split(',')), rtpTimeoutMs: config.rtpTimeoutSeconds * 1_000 },
    advertisedTo: (peer) => advertisedTo(config, peer),
    closeMedia: async (id) => {
      const quality = await engine.closeLeg(id)
      return quality ? wireQuality(quality) : null
    },
    ended: (channel, end) => {
      counts.ended(channel, end)
      channels.remove(channel.id)
    },
  })
}

/** `udp:127.0.0.1:5060 tcp:127.0.0.1:5060` */
const describe = ({ parts }: SipEndpoint): string =>
  [...parts.transport.bound].map(([name, { host, port }]) => `${name.replace(/\d+$/, '')}:${host}:${port}`).join(' ')
