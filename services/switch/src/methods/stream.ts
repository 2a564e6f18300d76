import { type Host, type HostGuard, OutboundRefused } from '@voipbin/outbound'
import { gone, ok, refused } from '../channel/channel-state.ts'
import { type MediaStreams, streamCodecs } from '../media/media-streams.ts'
import type { Subjects } from '../media/subjects.ts'
import type { SipEndpoint } from '../sip/sip-endpoint.ts'
import type { Command } from './command.ts'

type Parts = {
  readonly streams: MediaStreams
  readonly subjects: Subjects
  readonly hosts: HostGuard
  readonly endpoint: () => SipEndpoint
}

/** Answered once it is known where it goes; its port is opened behind that. */
export const stream =
  ({ streams, subjects, hosts, endpoint }: Parts): Command<'stream'> =>
  async ({ id, subject: wanted, listen, speak, rtp }) => {
    if (streams.isKnown(id)) return ok
    const host = rtp ? await find(hosts, rtp.host) : undefined
    if (typeof host === 'string') return refused(host)
    const subject = await subjects.find(wanted)
    if (!subject) return gone
    const ready = await subjects.makeReady(subject)
    if (ready.result !== 'ok' || streams.isKnown(id)) return ready
    const peer = host &&
      rtp && {
        ...host,
        codec: streamCodecs[rtp.format],
        localAddress: endpoint().localAddressTowards({ protocol: 'UDP', host: host.address, port: host.port }),
      }
    return streams.open({ id, subject, listen, speak, peer: peer || undefined })
  }

/** @returns the rule, where it may not be reached */
async function find(hosts: HostGuard, host: string): Promise<Host | string> {
  try {
    return await hosts.resolve(host)
  } catch (error) {
    return error instanceof OutboundRefused ? error.rule : 'HOST_NOT_FOUND'
  }
}
