import { type JitterBuffer, RtpPacket, rtpTimestamp, sequenceNumber, type Taken } from '../src/index.ts'
import { seededRandom } from './seeded-random.ts'
import { sine } from './tones.ts'

const RATE_HZ = 8_000
const PACKET_SAMPLES = 160
const PACKET_MS = 20

export type NetworkOptions = {
  readonly seconds: number
  readonly hz?: number
  readonly lossPercent?: number
  /** Delay is even between 0 and this. */
  readonly jitterMs?: number
  /** From here on there is no jitter. */
  readonly calmAfterSeconds?: number
  /** Packets swapped with the one after. */
  readonly swapPercent?: number
  readonly doublePercent?: number
  /** How much faster the sender's clock is. */
  readonly driftPpm?: number
  readonly onTick?: (taken: Taken, frame: Int16Array, second: number) => void
}

type Travelling = { arrivalMs: number; readonly number: number }

/**
 * Sends a tone through a network into a jitter buffer and takes a frame every 20 ms of the receiver. Seeded, without any clock.
 * @returns all that was heard; with `onTick` nothing is kept
 */
export function sendThrough(buffer: JitterBuffer, options: NetworkOptions): Int16Array {
  const {
    seconds,
    hz = 440,
    lossPercent = 0,
    jitterMs = 0,
    calmAfterSeconds = Number.POSITIVE_INFINITY,
    swapPercent = 0,
    doublePercent = 0,
    driftPpm = 0,
    onTick,
  } = options
  const random = seededRandom(3_389)
  const chance = (percent: number): boolean => random(10_000) < percent * 100
  const second = sine(hz, RATE_HZ, RATE_HZ)
  const sentEveryMs = PACKET_MS / (1 + driftPpm / 1e6)
  const ticks = (seconds * 1_000) / PACKET_MS
  const heard = new Int16Array(onTick ? 0 : ticks * PACKET_SAMPLES)
  const frame = new Int16Array(PACKET_SAMPLES)
  const packet = new RtpPacket()
  let travelling: Travelling[] = []
  let sent = 0
  for (let tick = 0; tick < ticks; tick++) {
    // The receiver's ticks lie somewhere between arrivals.
    const nowMs = tick * PACKET_MS + 7
    for (; sent * sentEveryMs <= nowMs; sent++) {
      if (chance(lossPercent)) continue
      const arrivalMs =
        sent * sentEveryMs +
        (jitterMs > 0 && nowMs < calmAfterSeconds * 1_000 ? random(jitterMs * 100) / 100 : 0) +
        (chance(swapPercent) ? PACKET_MS * 1.5 : 0)
      travelling.push({ arrivalMs, number: sent })
      if (chance(doublePercent)) travelling.push({ arrivalMs: arrivalMs + random(40), number: sent })
    }
    const arrived = travelling.filter(({ arrivalMs }) => arrivalMs <= nowMs).sort((one, other) => one.arrivalMs - other.arrivalMs)
    if (arrived.length > 0) travelling = travelling.filter(({ arrivalMs }) => arrivalMs > nowMs)
    for (const { number } of arrived) {
      packet.ssrc = 1
      packet.sequenceNumber = sequenceNumber(number + 65_000)
      packet.timestamp = rtpTimestamp(number * PACKET_SAMPLES + 2 ** 32 - 4_000)
      const at = (number * PACKET_SAMPLES) % RATE_HZ
      buffer.put(packet, second.subarray(at, at + PACKET_SAMPLES), PACKET_SAMPLES)
    }
    const taken = buffer.take(frame)
    if (onTick) onTick(taken, frame, (tick * PACKET_MS) / 1_000)
    else heard.set(frame, tick * PACKET_SAMPLES)
  }
  return heard
}
