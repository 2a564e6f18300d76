import { lookup, Resolver } from 'node:dns/promises'
import type { DnsPort } from './resolve.ts'

/** A DNS that does not answer must not hold a call for longer than a person waits. */
const TIMEOUT_MS = 2_000
const TRIES = 2

const absent: ReadonlySet<string> = new Set(['ENOTFOUND', 'ENODATA'])

/**
 * The DNS of this machine; for addresses, after it, what the machine itself knows, such as its hosts file.
 * @param servers addresses in place of those that the machine asks, each with a port where it is not 53
 */
export function createNodeDns(servers: readonly string[] = []): DnsPort {
  const resolver = new Resolver({ timeout: TIMEOUT_MS, tries: TRIES })
  if (servers.length > 0) resolver.setServers(servers)
  return {
    naptr: (name) => orAbsent(resolver.resolveNaptr(name)),
    srv: (name) => orAbsent(resolver.resolveSrv(name)),
    a: (name) => orLookup(name, 4, resolver.resolve4(name)),
    aaaa: (name) => orLookup(name, 6, resolver.resolve6(name)),
  }
}

async function orLookup(name: string, family: 4 | 6, question: Promise<readonly string[]>): Promise<readonly string[]> {
  const [first] = await Promise.allSettled([question])
  if (first.status === 'fulfilled' && first.value.length > 0) return first.value
  const found = await orAbsent(lookup(name, { family, all: true }))
  return found.map(({ address }) => address)
}

async function orAbsent<T>(question: Promise<readonly T[]>): Promise<readonly T[]> {
  try {
    return await question
  } catch (error) {
    if (error instanceof Error && 'code' in error && absent.has(String(error.code))) return []
    throw error
  }
}
