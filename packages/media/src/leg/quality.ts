import { estimateMos, G711_QUALITY } from '@voipbin/rtp'
import type { LegQuality } from '../media-event.ts'
import type { LegInput } from './leg-input.ts'
import type { LegOutput } from './leg-output.ts'

/** Of what the leg's peer sends, but for the round trip. */
export function qualityOf(input: LegInput, output: LegOutput, roundTripMs: number | undefined): LegQuality {
  const { packetsReceived, packetsLost, statistics, codec } = input
  const expected = packetsReceived + packetsLost
  const lossFraction = expected === 0 ? 0 : packetsLost / expected
  const oneWayDelayMs = (roundTripMs ?? 0) / 2 + input.jitterBufferMs + input.ptimeMs
  return {
    packetsReceived,
    packetsSent: output.packetsSent,
    packetsLost,
    lossPercent: round(100 * lossFraction),
    jitterMs: round(statistics.jitterMs),
    roundTripMs: roundTripMs === undefined ? undefined : round(roundTripMs),
    mos: packetsReceived === 0 ? undefined : round(estimateMos({ codec: G711_QUALITY, oneWayDelayMs, lossFraction })),
    codec: codec?.name ?? '',
  }
}

const round = (value: number): number => Math.round(value * 100) / 100
