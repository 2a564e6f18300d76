import { callContract } from '@voipbin/contracts/call'
import { invalidArgument, unlessGone } from '@voipbin/contracts/errors'
import { NIL_ID } from '@voipbin/contracts/fields'
import { flowContract } from '@voipbin/contracts/flow'
import type { RouteContract } from '@voipbin/contracts/route'
import type { Answer, Client, Clients } from '@voipbin/service-kit'
import { checkProvider } from '../check-provider.ts'
import { providercalls } from '../store/providercalls.ts'

/** The calls are made first: what is saved of them names them. Repeated after a crash, they are the same ones. */
export function createProvidercall(client: Clients): Answer<RouteContract, 'createProvidercall'> {
  const calls = client(callContract)
  const flows = client(flowContract)
  return async (ctx, { provider_id, ...wanted }) => {
    await checkProvider(ctx.read(), provider_id, 'make the calls')
    const other = wanted.destinations.findIndex(({ type }) => type !== 'tel')
    if (other >= 0) throw wrong(`destinations.${other}.type`, 'must be "tel": providers take calls to telephone numbers')
    if (!(await isOwnFlow(flows, wanted))) throw wrong('flow_id', 'must be the id of a flow of your own')
    const metadata = { route_provider_ids: [provider_id], skip_source_validation: true, rtp_debug: true }
    const made = await calls.createCallsWithMetadata({ ...wanted, metadata, variables: {} })
    return ctx.transaction((tx) => {
      const { actions: _actions, ...kept } = wanted
      return providercalls.insert(tx, 'providercall_created', {
        ...{ ...kept, provider_id, call_ids: made.calls.map(({ id }) => id), groupcall_ids: [] },
      })
    })
  }
}

const wrong = (field: string, rule: string) => invalidArgument(`Cannot make the calls: field "${field}" ${rule}`, [{ field, rule }])

type Whose = { readonly customer_id: string; readonly flow_id: string }
async function isOwnFlow(flows: Client<typeof flowContract>, { customer_id, flow_id }: Whose): Promise<boolean> {
  return flow_id === NIL_ID || (await unlessGone(flows.getFlow({ id: flow_id })))?.customer_id === customer_id
}
