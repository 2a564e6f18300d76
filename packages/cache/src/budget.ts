/** A timer later than this tells of a busy process, not of a slow peer. */
const LATE_MS = 5

/**
 * Settles as `work` does, or rejects with what `late` makes once `budgetMs` are over. When this process was too busy to
 * look at the reply in time, `work` gets one more budget: the reply may be in the socket already.
 */
export function withinBudget<T>(work: Promise<T>, budgetMs: number, late: () => Error): Promise<T> {
  return new Promise((resolve, reject) => {
    const arm = (onTime: (latenessMs: number) => void) => {
      const due = performance.now() + budgetMs
      return setTimeout(() => onTime(performance.now() - due), budgetMs)
    }
    let timer = arm((latenessMs) => {
      if (latenessMs <= LATE_MS) return reject(late())
      timer = arm(() => reject(late()))
    })
    work.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}
