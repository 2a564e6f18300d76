import type { DnsPort } from '@voipbin/sip'

const MAX_QUESTIONS = 10_000

/**
 * Answers as it last did where the DNS fails: for what must not be reached, which no silence may make reachable. What was never answered
 * fails as before: one carrier whose name has expired must not keep all customers from calling by SIP.
 */
export function createSteadyDns(dns: DnsPort): DnsPort {
  const known = new Map<string, readonly unknown[]>()
  const steady =
    <R>(kind: string, ask: (name: string) => Promise<readonly R[]>) =>
    async (name: string): Promise<readonly R[]> => {
      const key = `${kind} ${name}`
      try {
        const answer = await ask(name)
        remember(known, key, answer)
        return answer
      } catch (error) {
        const last = known.get(key)
        if (!last) throw error
        return last as readonly R[]
      }
    }
  return { naptr: steady('naptr', dns.naptr), srv: steady('srv', dns.srv), a: steady('a', dns.a), aaaa: steady('aaaa', dns.aaaa) }
}

/** Past the bound, what was asked longest ago goes. */
function remember(known: Map<string, readonly unknown[]>, key: string, answer: readonly unknown[]): void {
  known.delete(key)
  known.set(key, answer)
  const [oldest] = known.keys()
  if (known.size > MAX_QUESTIONS && oldest !== undefined) known.delete(oldest)
}
