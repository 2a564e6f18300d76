import type { MethodOutput } from '@voipbin/contracts/contract'
import type { SwitchContract } from '@voipbin/contracts/switch'
import { FailoverRequest, parseUri, type Target, type Uri } from '@voipbin/sip'
import { targetsOf } from '../sip/next-hop.ts'
import { buildOptions } from '../sip/options-request.ts'
import type { SipEndpoint } from '../sip/sip-endpoint.ts'
import type { SipParts } from '../sip/sip-parts.ts'
import type { Asked } from './command.ts'

type Probed = MethodOutput<SwitchContract, 'probe'>
const silent: Probed = { is_answered: false, sip_status: 0 }

/** OPTIONS to wherever the URI leads; the first final answer counts, whichever it is. */
export const probe =
  (endpoint: () => SipEndpoint) =>
  async ({ destination, timeout_ms }: Asked<'probe'>): Promise<Probed> => {
    const uri = parseUri(destination)
    if (uri?.kind !== 'sip') return silent
    const { parts } = endpoint()
    const { promise, resolve } = Promise.withResolvers<Probed>()
    const stop = parts.clock.after(timeout_ms, () => resolve(silent))
    void ask(parts, uri).then(resolve)
    try {
      return await promise
    } finally {
      stop()
    }
  }

async function ask(parts: SipParts, uri: Uri): Promise<Probed> {
  const targets = await findTargets(parts, uri)
  return new Promise((resolve) => {
    new FailoverRequest({
      ...{ layer: parts.layer, targets, build: (target) => buildOptions(parts, uri, target) },
      listener: {
        onResponse: ({ status }) => {
          if (status >= 200) resolve({ is_answered: true, sip_status: status })
        },
        onEnd: () => resolve(silent),
      },
    })
  })
}

/** A name that nobody knows is as silent as a host that does not answer. */
async function findTargets({ dns }: SipParts, uri: Uri): Promise<readonly Target[]> {
  try {
    return await targetsOf(uri, dns)
  } catch {
    return []
  }
}
