import type { Call } from '@voipbin/contracts/call-entities'
import type { ActionOption } from '@voipbin/contracts/flow-actions'

/** What a caller may press ahead. */
const MAX_QUEUED = 64
/** What one question takes, however long it may be answered. */
const MAX_COLLECTED = 100

type Receiving = Pick<ActionOption<'digits_receive'>, 'length' | 'key'>
export type Collected = {
  readonly collected: string
  /** What is left for later. */
  readonly digits: string
  readonly isDone: boolean
}

/** Takes digits from the queue until there are enough or an end key came; the key is used up and not stored. */
export function collect({ collected, digits }: Pick<Call, 'collected' | 'digits'>, { length, key }: Receiving): Collected {
  const wanted = Number(length)
  let taken = collected
  for (let index = 0; ; index++) {
    if (wanted > 0 && taken.length >= wanted) return { collected: taken.slice(0, wanted), digits: digits.slice(index), isDone: true }
    const digit = digits[index]
    if (digit === undefined) return { collected: taken, digits: '', isDone: false }
    if (key.includes(digit)) return { collected: taken, digits: digits.slice(index + 1), isDone: true }
    if (taken.length < MAX_COLLECTED) taken += digit
  }
}

/** The oldest stay: who presses without end answers the questions in the order in which they are asked. */
export const queued = (digits: string, digit: string) => (digits.length >= MAX_QUEUED ? digits : digits + digit)
