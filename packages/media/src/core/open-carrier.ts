import type { StreamOptions } from '../media-engine.ts'
import type { MediaSockets, ReceiveDatagram } from '../network/sockets.ts'
import type { OpenSource } from '../playback/open-source.ts'
import type { Carrier, OnMark } from '../stream/carrier.ts'
import { QueueCarrier } from '../stream/queue-carrier.ts'
import { RtpCarrier } from '../stream/rtp-carrier.ts'
import type { MediaClock } from '../tick/clock.ts'

/** `rtpPort`: of ours, where it has a peer. */
export type OpenStream = StreamOptions & { readonly rtpPort: number }
type World = {
  readonly clock: MediaClock
  readonly random: () => number
  readonly sockets: MediaSockets
  readonly open: OpenSource
  readonly guarded: (receive: ReceiveDatagram) => ReceiveDatagram
  readonly onMark: OnMark
}

/** Rejects with the code of the system, as EADDRINUSE, where the port cannot be bound. */
export async function openCarrier({ peer, rtpPort, listen }: OpenStream, world: World): Promise<Carrier> {
  const { clock, random, sockets, open, guarded, onMark } = world
  if (!peer) return new QueueCarrier(open, onMark)
  const carrier = new RtpCarrier({ peer, clock, random, isHeard: listen !== 'none', onMark })
  carrier.bind(await sockets.open(peer.localAddress, rtpPort, guarded(carrier.receive)))
  return carrier
}

/** A bridge has no sides: whoever hears anything of it hears all, and is heard by all. */
export const sided = <O extends StreamOptions>(options: O): O => {
  if (options.subject.kind === 'leg') return options
  const all = (direction: StreamOptions['listen']) => (direction === 'none' ? 'none' : 'in')
  return { ...options, listen: all(options.listen), speak: all(options.speak) }
}
