import { NoWorkers } from '../errors.ts'
/** Which worker an affinity lives in: where it is already, else where there is least. */
export class Placement<W> {
  readonly #workers: W[]
  readonly #affinities = new Map<string, { readonly worker: W; members: number }>()
  readonly #loads = new Map<W, number>()

  constructor(workers: readonly W[]) {
    this.#workers = [...workers]
  }

  get workers(): readonly W[] {
    return this.#workers
  }

  take(affinity: string): W {
    const known = this.#affinities.get(affinity) ?? { worker: this.#leastLoaded(), members: 0 }
    known.members++
    this.#affinities.set(affinity, known)
    this.#loads.set(known.worker, (this.#loads.get(known.worker) ?? 0) + 1)
    return known.worker
  }

  release(affinity: string): void {
    const known = this.#affinities.get(affinity)
    if (!known) return
    if (--known.members === 0) this.#affinities.delete(affinity)
    this.#loads.set(known.worker, (this.#loads.get(known.worker) ?? 0) - 1)
  }

  /** Another takes its place; what was on it has to be placed anew. */
  replace(lost: W, replacement: W): void {
    const at = this.#workers.indexOf(lost)
    if (at !== -1) this.#workers[at] = replacement
    this.#loads.delete(lost)
    for (const [affinity, { worker }] of this.#affinities) if (worker === lost) this.#affinities.delete(affinity)
  }

  #leastLoaded(): W {
    const least = Math.min(...this.#workers.map((worker) => this.#loads.get(worker) ?? 0))
    const worker = this.#workers.find((candidate) => (this.#loads.get(candidate) ?? 0) === least)
    if (!worker) throw new NoWorkers()
    return worker
  }
}
