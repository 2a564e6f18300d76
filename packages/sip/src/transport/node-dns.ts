import { Resolver } from 'node:dns/promises'
import type { DnsPort } from './resolve.ts'

/** A DNS that does not answer must not hold a call for longer than a person waits. */
const TIMEOUT_MS = 2_000
const TRIES = 2

const absent: ReadonlySet<string> = new Set(['ENOTFOUND', 'ENODATA'])

/** The DNS of this machine. Addresses are asked of the DNS only: what stands in the hosts file alone is not found by `resolve`. */
export function createNodeDns(): DnsPort {
  const resolver = new Resolver({ timeout: TIMEOUT_MS, tries: TRIES })
  return {
    naptr: (name) => orAbsent(resolver.resolveNaptr(name)),
    srv: (name) => orAbsent(resolver.resolveSrv(name)),
    a: (name) => orAbsent(resolver.resolve4(name)),
    aaaa: (name) => orAbsent(resolver.resolve6(name)),
  }
}

async function orAbsent<T>(question: Promise<readonly T[]>): Promise<readonly T[]> {
  try {
    return await question
  } catch (error) {
    if (error instanceof Error && 'code' in error && absent.has(String(error.code))) return []
    throw error
  }
}
