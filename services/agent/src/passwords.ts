import type { Options } from '@node-rs/argon2'

/** Argon2id, off the main thread. Never inside a transaction: a hash takes as long as dozens of commits. */
export type Passwords = {
  hash(password: string): Promise<string>
  /** The same work for an empty hash, which nothing fits, as for a real one. */
  verify(hash: string, password: string): Promise<boolean>
}

/** RFC 9106 in the form that OWASP advises for servers: 19 MiB, two passes, one lane; some 10 ms of one core. */
const options: Options = { memoryCost: 19 * 1024, timeCost: 2, parallelism: 1 }
/** Of 32 random octets that nobody kept, made with the same options. */
const NOBODY = '$argon2id$v=19$m=19456,t=2,p=1$gEnOrEPT1cjZG06bDJKnRg$HJV/UukY+g/Eu8tz5u7zQUdkMNZbEGbyspJnzE5mKFk'
/** Hashes at one time: half of Node's threads, so that a wave of sign-ins leaves some to files and DNS. */
const AT_ONCE = 2

export function createPasswords(): Passwords {
  const turns = createTurns(AT_ONCE)
  return {
    hash: (password) =>
      turns(async () => {
        const argon2 = await import('@node-rs/argon2')
        return argon2.hash(password, options)
      }),
    verify: (hash, password) =>
      turns(async () => {
        const argon2 = await import('@node-rs/argon2')
        const fits = await argon2.verify(hash === '' ? NOBODY : hash, password)
        return fits && hash !== ''
      }),
  }
}

/** Runs at most so many at one time, first come, first served. */
function createTurns(atOnce: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = []
  let running = 0
  return async (work) => {
    if (running >= atOnce) await new Promise<void>((resolve) => waiting.push(resolve))
    else running++
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else running--
    }
  }
}
