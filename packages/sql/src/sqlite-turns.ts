/** Who waits: one of many transactions that may share a commit, or somebody who needs the writer alone. */
export type TurnKind = 'transaction' | 'alone'

export type Turns = {
  /** Resolves when it is the caller's turn. @returns gives the turn to the next */
  take(kind: TurnKind): Promise<() => void>
  /** Whether the next in line is a transaction. */
  isTransactionNext(): boolean
  isTaken(): boolean
  waiting(): number
}

/** First come, first served. */
export function createTurns(): Turns {
  const queue: { readonly kind: TurnKind; readonly start: () => void }[] = []
  let isTaken = false
  const release = () => {
    const next = queue.shift()
    if (next) next.start()
    else isTaken = false
  }
  return {
    async take(kind) {
      if (isTaken) await new Promise<void>((start) => queue.push({ kind, start }))
      else isTaken = true
      return release
    },
    isTransactionNext: () => queue[0]?.kind === 'transaction',
    isTaken: () => isTaken,
    waiting: () => queue.length,
  }
}
