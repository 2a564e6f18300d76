export type Entry = { readonly text: string; readonly expiresAtMs: number }

export type EntriesOptions = {
  readonly now: () => number
  readonly maxEntries: number
  /** Characters of all keys and texts together. */
  readonly maxLength: number
}

/** Entries by key, bounded. Full, it drops the one that was not used for longest; expired ones mostly went before that. */
export type Entries = {
  /** Counts as a use. Undefined when absent or expired. */
  read(key: string): Entry | undefined
  write(key: string, entry: Entry): void
  remove(key: string): void
  clear(): void
}

/** In a ring by use: after the anchor comes what was used last, before it what was not used for longest. */
type Node = { key: string; text: string; expiresAtMs: number; before: Node; after: Node }

/** Nodes looked at by every write in search of expired ones. At least two: the search must outrun new keys. */
const SEARCHED_PER_WRITE = 2

/**
 * The order of use is a linked ring, not the order of the map: deleting from the front of a large Map and asking for its
 * first key costs up to its capacity.
 */
export function createEntries({ now, maxEntries, maxLength }: EntriesOptions): Entries {
  const nodes = new Map<string, Node>()
  const anchor = createAnchor()
  let length = 0
  let search = nodes.values()

  function drop(node: Node): void {
    nodes.delete(node.key)
    length -= node.key.length + node.text.length
    unlink(node)
  }

  function dropSomeExpired(): void {
    for (let count = 0; count < SEARCHED_PER_WRITE; count++) {
      const next = search.next()
      if (next.done) search = nodes.values()
      else if (next.value.expiresAtMs <= now()) drop(next.value)
    }
  }

  function remove(key: string): void {
    const node = nodes.get(key)
    if (node) drop(node)
  }

  function read(key: string): Entry | undefined {
    const node = nodes.get(key)
    if (!node) return undefined
    if (node.expiresAtMs <= now()) {
      drop(node)
      return undefined
    }
    unlink(node)
    linkAfter(anchor, node)
    return node
  }

  function write(key: string, { text, expiresAtMs }: Entry): void {
    dropSomeExpired()
    remove(key)
    const node: Node = { key, text, expiresAtMs, before: anchor, after: anchor }
    nodes.set(key, node)
    length += key.length + text.length
    linkAfter(anchor, node)
    while (nodes.size > maxEntries || length > maxLength) drop(anchor.before)
  }

  function clear(): void {
    while (anchor.before !== anchor) drop(anchor.before)
  }

  return { read, write, remove, clear }
}

function createAnchor(): Node {
  const anchor = { key: '', text: '', expiresAtMs: 0 } as Node
  anchor.before = anchor
  anchor.after = anchor
  return anchor
}

function unlink({ before, after }: Node): void {
  before.after = after
  after.before = before
}

function linkAfter(place: Node, node: Node): void {
  node.before = place
  node.after = place.after
  place.after.before = node
  place.after = node
}
