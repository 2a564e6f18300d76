export type PortRange = {
  /** Both included; an odd first or an even last is left out. */
  readonly firstPort: number
  readonly lastPort: number
  /** How long a freed port is left alone: late packets of the call before must not be heard in the next. */
  readonly restMs: number
}

type Resting = { readonly port: number; readonly restedAtMs: number }

/** Even ports for RTP; the odd one above each belongs to it, for RTCP. Those that rested longest are given first. */
export class PortPool {
  readonly #free: Resting[]
  /** Of `#free`: what is before it has been given out. A queue without a shift for each. */
  #head = 0
  readonly #restMs: number
  #inUse = 0

  constructor({ firstPort, lastPort, restMs }: PortRange, random: () => number = Math.random) {
    const first = firstPort + (firstPort % 2)
    const count = Math.max(0, Math.floor((lastPort - first + 1) / 2))
    this.#free = Array.from({ length: count }, (_, index) => ({ port: first + 2 * index, restedAtMs: Number.NEGATIVE_INFINITY }))
    shuffle(this.#free, random) // Who does not know our ports cannot easily send to them.
    this.#restMs = restMs
  }

  get inUse(): number {
    return this.#inUse
  }

  /** @returns undefined where none is free */
  take(nowMs: number): number | undefined {
    const next = this.#free[this.#head]
    if (!next || next.restedAtMs > nowMs) return undefined
    this.#head++
    if (this.#head > 1024 && this.#head * 2 > this.#free.length) {
      this.#free.splice(0, this.#head)
      this.#head = 0
    }
    this.#inUse++
    return next.port
  }

  free(port: number, nowMs: number): void {
    this.#inUse--
    this.#free.push({ port, restedAtMs: nowMs + this.#restMs })
  }
}

function shuffle(ports: Resting[], random: () => number): void {
  for (let last = ports.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1))
    const [one, two] = [ports[last], ports[other]]
    if (!one || !two) continue
    ports[last] = two
    ports[other] = one
  }
}
