/** What the platform has said yes to; everything in here must be found in the databases, once. */
export type Journal = {
  /** Changes acknowledged of each resource, by its table; its version must be that number. */
  readonly resources: Map<string, Kept>
  readonly transfers: Map<string, { readonly accountId: string; readonly amount: number }>
  readonly reminders: Set<string>
  /** Events that the ledger's listener has to have given up, as `resource sequence`; `replayed` once it has applied them after all. */
  readonly dead: Map<string, 'dead' | 'replayed'>
  /** Resources whose events wait behind one that is tried again and again: nothing can be said of them yet. */
  readonly held: Set<string>
}

export type Kept = {
  readonly table: 'account_accounts' | 'tag_tags'
  readonly id: string
  name: string
  version: number
  isDeleted: boolean
}

export const createJournal = (): Journal => ({
  resources: new Map(),
  transfers: new Map(),
  reminders: new Set(),
  dead: new Map(),
  held: new Set(),
})
