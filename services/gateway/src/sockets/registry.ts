import type { WebSocket } from 'ws'
import type { Caller } from '../identity/caller.ts'
import type { Connection } from './connection.ts'

export type OpenSocket = { readonly connection: Connection; readonly socket: WebSocket; readonly caller: Caller }

/** The open sockets, found by who is behind them. */
export type Registry = {
  add(entry: OpenSocket): void
  remove(entry: OpenSocket): void
  all(): readonly OpenSocket[]
  readonly size: number
  /** Of a credential or a customer. */
  of(id: string): ReadonlySet<OpenSocket>
}

const none: ReadonlySet<OpenSocket> = new Set()

export function createRegistry(): Registry {
  const open = new Set<OpenSocket>()
  const byId = new Map<string, Set<OpenSocket>>()
  const idsOf = ({ caller: { actor } }: OpenSocket) => new Set([actor.id, actor.customer_id])
  return {
    add(entry) {
      open.add(entry)
      for (const id of idsOf(entry)) byId.set(id, (byId.get(id) ?? new Set()).add(entry))
    },
    remove(entry) {
      open.delete(entry)
      for (const id of idsOf(entry)) {
        byId.get(id)?.delete(entry)
        if (byId.get(id)?.size === 0) byId.delete(id)
      }
    },
    all: () => [...open],
    get size() {
      return open.size
    },
    of: (id) => byId.get(id) ?? none,
  }
}
