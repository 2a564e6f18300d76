import { promises as dns, type LookupAddress } from 'node:dns'
import { OutboundFailed } from './errors.ts'
import { type Guard, refusedAddress, type Target } from './guard.ts'

export type Resolver = {
  /** The addresses that may be dialled, and no others. @throws OutboundRefused, OutboundFailed */
  resolve(target: Target): Promise<LookupAddress[]>
}
/** Addresses of a name, by DNS or by the machine; may reject. */
export type LookUp = (host: string) => Promise<readonly string[]>

const QUERY_TIMEOUT_MS = 2000
const TRIES = 2

/**
 * Asks DNS itself: the system's resolver holds one of the process's few worker threads per question, so that a few names
 * whose servers do not answer would bring everything to a halt that needs one. Only names that the operator listed go
 * that way, because they may stand in the hosts file.
 */
export function createResolver(guard: Guard, byDns: LookUp = lookUpInDns, bySystem: LookUp = lookUpInSystem): Resolver {
  return {
    async resolve(target) {
      const lookUp = guard.isVouchedFor(target) ? bySystem : byDns
      const addresses = await lookUp(target.host).catch((error: unknown) => {
        throw new OutboundFailed('resolve', codeOf(error), `Cannot resolve the host: ${codeOf(error)}`, { cause: error })
      })
      if (addresses.length === 0) throw new OutboundFailed('resolve', 'ENODATA', 'Cannot resolve the host: it has no address')
      const admitted = addresses.filter((address) => guard.admits(target, address))
      if (admitted.length === 0) throw refusedAddress()
      return admitted.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
    },
  }
}

const codeOf = (error: unknown) => (error instanceof Error && 'code' in error ? String(error.code) : 'ERESOLVE')

async function lookUpInDns(host: string): Promise<string[]> {
  const resolver = new dns.Resolver({ timeout: QUERY_TIMEOUT_MS, tries: TRIES })
  const [four, six] = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)])
  const found = [four, six].flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []))
  if (found.length === 0 && four.status === 'rejected') throw four.reason
  return found
}

async function lookUpInSystem(host: string): Promise<string[]> {
  return (await dns.lookup(host, { all: true })).map(({ address }) => address)
}
