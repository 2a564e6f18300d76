import type { Leg } from '../leg/leg.ts'
import type { Seat } from './seat.ts'

/**
 * Lets two legs' packets go straight to one another, if they can: both plain, and what each sends is what the other is to be sent, in
 * codec, clock and packet time.
 * @returns whether they do
 */
export function forwardBetween(one: Seat, other: Seat): boolean {
  if (one.isMuted || other.isMuted || !canForward(one.leg, other.leg) || !canForward(other.leg, one.leg)) return false
  connect(one, other.leg)
  connect(other, one.leg)
  return true
}

/** Its packets are decoded again. */
export function stopForwarding(leg: Leg): void {
  if (!leg.forwardTo) return
  leg.forwardTo = undefined
  leg.input.interrupt()
}

function canForward(from: Leg, to: Leg): boolean {
  return from.isPlain && to.isPlain && from.input.codec === to.output.codec && from.input.ptimeMs === to.output.ptimeMs
}

function connect({ leg: from, passDigits }: Seat, to: Leg): void {
  to.output.forwardAs(payloadTypes(from, to, passDigits))
  from.forwardTo = to
}

/** The peer's number of what we receive → the other peer's number of what it is sent. */
function payloadTypes(from: Leg, to: Leg, passDigits: boolean): readonly (readonly [number, number])[] {
  const sent = to.media?.codec
  const received = [from.media?.codec, ...(from.media?.alternatives ?? [])].find(
    (codec) => codec?.name === sent?.name && codec?.clockRate === sent?.clockRate,
  )
  if (!sent || !received) return []
  const audio = [received.receivePayloadType, sent.sendPayloadType] as const
  const [digitsIn, digitsOut] = [from.media?.telephoneEvent, to.media?.telephoneEvent]
  if (!passDigits || !digitsIn || !digitsOut) return [audio]
  return [audio, [digitsIn.receivePayloadType, digitsOut.sendPayloadType]]
}
