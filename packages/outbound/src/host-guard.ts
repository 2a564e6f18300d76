import { parseAllowList } from './allow-list.ts'
import { OutboundRefused } from './errors.ts'
import { createGuard, type Target } from './guard.ts'
import { createResolver, type LookUp } from './resolve.ts'
import { familyOf } from './subnets.ts'

export type HostGuardOptions = {
  /** As of `createOutbound`. */
  readonly allow?: string
  readonly lookUp?: LookUp
}
export type Host = { readonly address: string; readonly port: number }

/** Hosts that strangers name as `host:port` for something other than HTTP: the same rules. */
export type HostGuard = {
  /** What can be said without asking DNS. @throws OutboundRefused */
  check(host: string): void
  /** Where datagrams may go to, and nowhere else: no second look can find another. @throws OutboundRefused, OutboundFailed */
  resolve(host: string): Promise<Host>
}

/** @throws SyntaxError for a malformed allow-list */
export function createHostGuard({ allow = '', lookUp }: HostGuardOptions = {}): HostGuard {
  const guard = createGuard(parseAllowList(allow))
  const resolver = lookUp ? createResolver(guard, lookUp) : createResolver(guard)
  const read = (host: string): Target => {
    if (!/^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+):\d{1,5}$/.test(host))
      throw new OutboundRefused('HOST_INVALID', 'Refused: not a host with its port, such as media.example.com:4000')
    return guard.checkUrl(`http://${host}/`)
  }
  return {
    check: (host) => void read(host),
    async resolve(host) {
      const target = read(host)
      const { port } = target
      if (familyOf(target.host)) return { address: target.host, port }
      const found = await resolver.resolve(target)
      const address = (found.find(({ family }) => family === 4) ?? found[0])?.address ?? ''
      return { address, port }
    },
  }
}
