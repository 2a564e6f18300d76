import { AdminOrManager, isPermitted } from '@voipbin/contracts/permission'
import { isSuperAdmin } from '../admission/authorise.ts'
import type { Caller } from '../identity/caller.ts'

/**
 * What a socket asks for: `customer_id:<id>` or `agent_id:<id>`, then as many further parts as it likes. An event goes to whoever asked
 * for the beginning of one of its topics, compared as plain text.
 */
export type Topic = {
  readonly text: string
  /** `customer_id:<id>`: by this the sockets are found that may want an event. */
  readonly scope: string
  readonly kind: 'customer_id' | 'agent_id'
  readonly id: string
  readonly rest: readonly string[]
}

const ID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'
const FORM = new RegExp(`^(customer_id|agent_id):(${ID})((?::[A-Za-z0-9_.-]*)*)$`)
const WHOLE_ID = new RegExp(`^${ID}$`)
const MAX_LENGTH = 255

/** Undefined where it is no topic. */
export function parseTopic(text: unknown): Topic | undefined {
  if (typeof text !== 'string' || text.length > MAX_LENGTH) return undefined
  const [, kind, id, rest = ''] = FORM.exec(text) ?? []
  if (id === undefined || (kind !== 'customer_id' && kind !== 'agent_id')) return undefined
  return { text, scope: `${kind}:${id}`, kind, id, rest: rest === '' ? [] : rest.slice(1).split(':') }
}

/** Whether that caller may hear what goes out under a topic. */
export function mayHear(caller: Caller, { kind, id, rest }: Topic): boolean {
  const { actor, resourceTypes } = caller
  if (actor.kind === 'delegate') return false
  if (actor.kind === 'direct') {
    // One resource, named whole: the beginning of an id would let a visitor hear others.
    const [type = '', resourceId = '', ...more] = rest
    return (
      kind === 'customer_id' && id === actor.customer_id && more.length === 0 && resourceTypes.includes(type) && WHOLE_ID.test(resourceId)
    )
  }
  if (isSuperAdmin(caller)) return true
  if (kind === 'agent_id') return actor.kind === 'agent' && id === actor.id
  return id === actor.customer_id && isPermitted(actor.permission, AdminOrManager)
}
