import type { Flow } from '@voipbin/sip'

/** Whose bindings hang on a connection. */
export type BindingOwner = { readonly customer_id: string; readonly identity_id: string }

/** Connections that phones registered over: their bindings end with them. A connection's entry ends when it closes, so nothing is left. */
export class Connections {
  readonly #byName = new Map<string, { readonly flow: Flow; readonly owners: Map<string, BindingOwner> }>()
  readonly #watched = new Set<{ readonly name: string; isClosed: boolean }>()

  get size(): number {
    return this.#byName.size
  }

  bind(name: string, flow: Flow, owner: BindingOwner): void {
    const known = this.#byName.get(name) ?? { flow, owners: new Map<string, BindingOwner>() }
    known.owners.set(owner.identity_id, owner)
    this.#byName.set(name, known)
  }

  flowOf(name: string): Flow | undefined {
    return this.#byName.get(name)?.flow
  }

  /** Watches a connection while others are asked about it. @returns ends that, and tells whether it has closed since */
  watch(name: string): () => boolean {
    const watched = { name, isClosed: false }
    this.#watched.add(watched)
    return () => {
      this.#watched.delete(watched)
      return watched.isClosed
    }
  }

  /** @returns whose bindings are over */
  close(name: string): readonly BindingOwner[] {
    for (const watched of this.#watched) if (watched.name === name) watched.isClosed = true
    const owners = [...(this.#byName.get(name)?.owners.values() ?? [])]
    this.#byName.delete(name)
    return owners
  }
}
