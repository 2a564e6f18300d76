import type { LegCodec, LegMedia } from '../media-engine.ts'
import { LINK_ADDRESS, LINK_PORT } from '../network/link-socket.ts'

const AUDIO = 96
const EVENTS = 101
const DEFAULT: LegCodec = { name: 'PCMU', clockRate: 8_000, sendPayloadType: AUDIO, receivePayloadType: AUDIO }

/** What both ends of a link agree on. */
export const linkMedia = (codec: LegCodec = DEFAULT): LegMedia => ({
  ...{ remoteAddress: LINK_ADDRESS, remoteRtpPort: LINK_PORT, remoteRtcpPort: 0, signallingAddress: LINK_ADDRESS },
  codec: { ...codec, sendPayloadType: AUDIO, receivePayloadType: AUDIO },
  ...{ alternatives: [], ptimeMs: 20, sends: true, receives: true },
  telephoneEvent: { sendPayloadType: EVENTS, receivePayloadType: EVENTS },
})
