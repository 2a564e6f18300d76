import type { Cache } from '@voipbin/cache'
import { isInsideTransaction } from '@voipbin/sql'
import { insideTransaction } from './client.ts'

/** A cache whose every use inside a transaction throws, as that of bus and HTTP does. */
export function guardCache(cache: Cache): Cache {
  const check = (what: string) => {
    if (isInsideTransaction()) throw insideTransaction(`cache.${what}`)
  }
  return new Proxy(cache, {
    get(target, name, receiver) {
      const member: unknown = Reflect.get(target, name, receiver)
      if (typeof member !== 'function') return member
      return (...parameters: unknown[]) => {
        check(String(name))
        return Reflect.apply(member, target, parameters)
      }
    },
  })
}

export const guardedFetch: typeof globalThis.fetch = async (input, init) => {
  if (isInsideTransaction()) throw insideTransaction('fetch')
  return globalThis.fetch(input, init)
}
