import { ServiceError } from '@voipbin/contracts/errors'
import { type Outbound, OutboundFailed, OutboundRefused } from '@voipbin/outbound'
import { z } from 'zod'

export type VendorRequest = {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** With its query. */
  readonly path: string
  readonly json?: object
  readonly form?: Readonly<Record<string, string>>
}
export type VendorAnswer = { readonly status: number; readonly text: string }
/** @throws UNAVAILABLE where there is no answer, or one that says "not now" or "not you" */
export type AskVendor = (request: VendorRequest) => Promise<VendorAnswer>

/** A buyer waits; a list of a hundred numbers is long. */
export const vendorLimits = { dialMs: 5000, headersMs: 30_000, totalMs: 40_000, redirects: 0, bodyOctets: 1024 * 1024 }

type Options = { readonly name: string; readonly url: string; readonly authorization: string; readonly outbound: Outbound }

/** HTTP to one vendor of numbers. */
export const createAskVendor =
  ({ name, url, authorization, outbound }: Options): AskVendor =>
  async ({ method, path, json, form }) => {
    const body = json ? JSON.stringify(json) : form && new URLSearchParams(form).toString()
    const type = json ? 'application/json' : 'application/x-www-form-urlencoded'
    const headers = { authorization, accept: 'application/json', ...(body !== undefined && { 'content-type': type }) }
    try {
      const answer = await outbound.request({ url: `${url}${path}`, method, headers, ...(body !== undefined && { body }) })
      const { status, isComplete } = answer
      if (!isComplete || isMoved(status) || status >= 500 || refusesUs.has(status)) throw unavailable(name, `answered ${status}`)
      return { status, text: answer.body.toString('utf8') }
    } catch (error) {
      if (error instanceof OutboundFailed || error instanceof OutboundRefused) throw unavailable(name, error.message, error)
      throw error
    }
  }

const isMoved = (status: number) => status >= 300 && status < 400
/** Not the number is wrong but the key, the balance or the pace. */
const refusesUs: ReadonlySet<number> = new Set([401, 402, 403, 408, 429])

/** @throws UNAVAILABLE for an answer of another form than the vendor's */
export function readAnswer<S extends z.ZodType>(name: string, schema: S, { status, text }: VendorAnswer): z.output<S> {
  try {
    return schema.parse(JSON.parse(text))
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError) throw unavailable(name, `answered ${status} in another form`, error)
    throw error
  }
}

export const isSuccess = ({ status }: VendorAnswer): boolean => status >= 200 && status < 300

export const unavailable = (name: string, why: string, cause?: unknown) =>
  new ServiceError('UNAVAILABLE', 'NUMBER_PROVIDER_UNAVAILABLE', `The number provider "${name}" does not help: ${why}`, { cause })

export const notAvailable = (number: string) =>
  new ServiceError('FAILED_PRECONDITION', 'NUMBER_NOT_AVAILABLE', `Cannot buy number "${number}": its provider does not sell it`)
