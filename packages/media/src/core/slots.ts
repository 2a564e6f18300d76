import type { Bridge } from '../bridge/bridge.ts'
import type { Leg } from '../leg/leg.ts'
import type { Subject } from '../media-event.ts'
import { SLOTS } from '../tick/ticker.ts'

type OnFault = (subject: Subject, error: unknown) => void

/** Whose turn it is in one quarter of the 20 ms. */
export class Slot {
  readonly legs = new Set<Leg>()
  readonly bridges = new Set<Bridge>()

  /** All are heard, then mixed, then answered. Who throws is left out from then on: one defect must not end everybody's calls. */
  turn(frame: number, nowMs: number, onFault: OnFault): void {
    for (const leg of this.legs) {
      try {
        leg.hear()
      } catch (error) {
        this.legs.delete(leg)
        onFault({ kind: 'leg', id: leg.id }, error)
      }
    }
    for (const bridge of this.bridges) {
      try {
        bridge.mix(frame, nowMs)
      } catch (error) {
        this.bridges.delete(bridge)
        onFault({ kind: 'bridge', id: bridge.id }, error)
      }
    }
    for (const leg of this.legs) {
      try {
        leg.speak(frame, nowMs)
      } catch (error) {
        this.legs.delete(leg)
        onFault({ kind: 'leg', id: leg.id }, error)
      }
    }
  }

  /** Packets of 10 ms come two in a turn: the second leaves now. */
  halfTurn(nowMs: number): void {
    for (const leg of this.legs) leg.output.speakHalf(nowMs)
  }
}

/** What belongs together has its turn together; all else is spread evenly. */
export class Slots {
  readonly #slots = Array.from({ length: SLOTS }, () => new Slot())
  readonly #affinities = new Map<string, { readonly slot: number; members: number }>()
  readonly #onFault: OnFault

  constructor(onFault: OnFault) {
    this.#onFault = onFault
  }

  turn(slot: number, frame: number, nowMs: number): void {
    this.#slots[slot]?.turn(frame, nowMs, this.#onFault)
    this.#slots[(slot + SLOTS / 2) % SLOTS]?.halfTurn(nowMs)
  }

  /** @returns the slot of this affinity; give it back with `release()` */
  take(affinity: string): number {
    const known = this.#affinities.get(affinity) ?? { slot: this.#emptiest(), members: 0 }
    known.members++
    this.#affinities.set(affinity, known)
    return known.slot
  }

  release(affinity: string): void {
    const known = this.#affinities.get(affinity)
    if (known && --known.members === 0) this.#affinities.delete(affinity)
  }

  addLeg(leg: Leg): void {
    this.#slots[leg.slot]?.legs.add(leg)
  }

  addBridge(bridge: Bridge): void {
    this.#slots[bridge.slot]?.bridges.add(bridge)
  }

  /** A leg and its bridge must have their turn together. */
  moveLeg(leg: Leg, slot: number): void {
    this.deleteLeg(leg)
    leg.slot = slot
    this.addLeg(leg)
  }

  deleteLeg(leg: Leg): void {
    this.#slots[leg.slot]?.legs.delete(leg)
  }

  deleteBridge(bridge: Bridge): void {
    this.#slots[bridge.slot]?.bridges.delete(bridge)
  }

  #emptiest(): number {
    const counts = new Array<number>(SLOTS).fill(0)
    for (const { slot, members } of this.#affinities.values()) counts[slot] = (counts[slot] ?? 0) + members
    return counts.indexOf(Math.min(...counts))
  }
}
