import { z } from 'zod'
import type { Identity } from './actor.ts'

/** Rate-limit tiers; their settings are `VOIPBIN_RATE_LIMIT_<TIER>_RPS` and `_BURST`. */
export const tiers = ['AUTH_PUBLIC', 'AUTH_PROTECTED', 'V1', 'V1_CUSTOMER', 'V1_CUSTOMER_DIRECT', 'V1_CUSTOMER_DELEGATE'] as const
export type Tier = (typeof tiers)[number]

/** What the input of a multipart operation gets as `file`; the content is in the blob store. */
export const uploadedFile = z.object({
  blob_id: z.string(),
  /** As the client named it, without folders. */
  filename: z.string(),
  content_type: z.string(),
  /** Octets. */
  size: z.int().nonnegative(),
})

export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
export type ApiKey = `${HttpMethod} /${string}`

/** The path parameter's entity belongs to the entity of another path parameter. */
export type ChildOf = { readonly childOf: string; readonly entity?: string; readonly field?: string }

/**
 * `owned: { id: 'contact', address_id: childOf('id') }`. Entity and field default to what the names say: parameter
 * `address_id` is an entity `address`, which names its parent in `contact_id`.
 */
export const childOf = (parameter: string, names: { entity?: string; field?: string } = {}): ChildOf => ({ childOf: parameter, ...names })

/** One public operation. Every key that it leaves out has the default named here. */
export type ApiEntry<MethodName extends string = string> = {
  readonly method: MethodName
  /** Permission mask, see `permission.ts`. Always written out: there is no open default. */
  readonly permission: number
  /**
   * Whose data: `customer` (default) injects the caller's `customer_id`, `agent` its id as `owner_id` (and what is owned must carry it),
   * `self` its id as `id`, `project` injects nothing.
   */
  readonly scope?: 'customer' | 'agent' | 'self' | 'project'
  /** Path parameter → entity that it must name and that must be the caller's; else 404. */
  readonly owned?: Readonly<Record<string, string | ChildOf>>
  /** Who may call. Default: agent, accesskey, delegate, and direct where `direct` is set. */
  readonly identity?: readonly Identity[]
  /** Resource types with which a direct token reaches this operation. Default: none. */
  readonly direct?: string | readonly string[]
  /** HTTP status of success. Default 200. */
  readonly status?: number
  /** Page sizes; a size outside 1..max silently becomes the default, as the original API does. */
  readonly page?: { readonly default: number; readonly max: number }
  /** Rate-limit tier by client address. Default V1, or AUTH_PUBLIC under /auth. */
  readonly tier?: Tier
  /**
   * json (default): the output. redirect: output `{ url }` → 307. html: output `{ html }`.
   * stream: output `{ url, content_type, filename? }`, whose bytes are passed on. websocket: output `{ url }`, to which the socket is joined.
   */
  readonly answer?: 'json' | 'redirect' | 'stream' | 'html' | 'websocket'
  /** Of a stream that is always of one type. Default: whatever its content is, described as `application/octet-stream`. */
  readonly contentType?: string
  /** json (default), or multipart: its file is put into the blob store and the input gets `file`. */
  readonly body?: 'json' | 'multipart'
  /** One line for the API reference. */
  readonly summary?: string
}

export type ApiTable<MethodName extends string = string> = { readonly [key: ApiKey]: ApiEntry<MethodName> }

/** `GET /tags/:id` → its parts; paths outside /auth live under /v1.0. */
export function parseApiKey(key: string): { verb: HttpMethod; path: string; url: string; parameters: string[] } {
  const space = key.indexOf(' ')
  const path = key.slice(space + 1)
  const url = path.startsWith('/auth/') ? path : `/v1.0${path}`
  const parameters = [...path.matchAll(/:([a-z_]+)/g)].map((match) => match[1] as string)
  return { verb: key.slice(0, space) as HttpMethod, path, url, parameters }
}
