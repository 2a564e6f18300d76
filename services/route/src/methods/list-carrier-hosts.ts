import type { RouteContract } from '@voipbin/contracts/route'
import type { Answer } from '@voipbin/service-kit'
import { providers } from '../store/providers.ts'

const PAGE = 1000

/** All of them: one that were left out could be called without any of the rules for calls to carriers. */
export const listCarrierHosts: Answer<RouteContract, 'listCarrierHosts'> = async (read) => {
  const hosts = new Set<string>()
  let page_token = ''
  for (;;) {
    const page = await providers.list(read, { page_size: PAGE, page_token })
    for (const { hostname } of page.result) hosts.add(hostname)
    if (page.result.length < PAGE) return { hosts: [...hosts] }
    page_token = page.next_page_token
  }
}
