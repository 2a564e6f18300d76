import { vi } from 'vitest'

/** The work of passwords, counted instead of timed: parameters of every verification, and how many hashes. */
export const work = { verified: [] as string[], hashes: 0 }
/** Nobody's password, known not to fit without the work: hundreds of guesses are counted, and each would take what it takes. */
export const WRONG = 'a guess that fits nobody'

/** For `vi.mock('@node-rs/argon2', countedArgon2)`. */
export async function countedArgon2() {
  const real = await vi.importActual<typeof import('@node-rs/argon2')>('@node-rs/argon2')
  return {
    ...real,
    hash: (password: string, options: object) => {
      work.hashes++
      return real.hash(password, options)
    },
    verify: async (hash: string, password: string) => {
      work.verified.push(hash.split('$').slice(0, 4).join('$'))
      return password === WRONG ? false : real.verify(hash, password)
    },
  }
}

/** For tests that make hundreds of people and care for none of their passwords. */
export async function cheapArgon2() {
  const real = await vi.importActual<typeof import('@node-rs/argon2')>('@node-rs/argon2')
  return { ...real, hash: (password: string) => real.hash(password, { memoryCost: 8, timeCost: 1, parallelism: 1 }) }
}
