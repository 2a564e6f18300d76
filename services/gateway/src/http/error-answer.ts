import { ServiceError, toServiceError } from '@voipbin/contracts/errors'
import { httpStatuses } from '@voipbin/service-kit'

/** Reasons that have an HTTP code of their own. */
const httpReasons: ReadonlyMap<string, number> = new Map([
  ['BODY_TOO_LARGE', 413],
  ['UNSUPPORTED_MEDIA_TYPE', 415],
  ['UNPROCESSABLE', 422],
])

const DEFAULT_RETRY_SECONDS = 1

export const httpStatusOf = ({ status, reason }: ServiceError): number => httpReasons.get(reason) ?? httpStatuses[status] ?? 500

/** Whole seconds for the header `Retry-After`; undefined where trying again will not help. */
export function retryAfterOf(error: ServiceError): number | undefined {
  if (error.status !== 'RESOURCE_EXHAUSTED' && error.status !== 'UNAVAILABLE') return undefined
  const seconds = error instanceof TooManyRequests ? error.retryAfterSeconds : Number(error.details[0]?.['retry_after_seconds'])
  return seconds > 0 ? Math.max(1, Math.ceil(seconds)) : DEFAULT_RETRY_SECONDS
}

/** A rate limit was reached. */
export class TooManyRequests extends ServiceError {
  readonly retryAfterSeconds: number
  constructor(limitedBy: 'ip' | 'customer', retryAfterSeconds: number) {
    super('RESOURCE_EXHAUSTED', 'RATE_LIMIT_EXCEEDED', 'Too many requests: wait before you try again', {
      details: [{ limited_by: limitedBy }],
    })
    this.retryAfterSeconds = retryAfterSeconds
  }
}

/** What every refusal looks like: `details` only where there are some, never where it came from. */
export function errorBody(error: ServiceError, requestId: string): string {
  const { status, reason, message, details } = error
  const body = { status, reason, message, request_id: requestId }
  return JSON.stringify({ error: details.length > 0 ? { ...body, details } : body })
}

/** The framework's own refusals by their codes. */
const frameworkRefusals: ReadonlyMap<string, ServiceError> = new Map([
  [
    'FST_ERR_CTP_INVALID_MEDIA_TYPE',
    new ServiceError('INVALID_ARGUMENT', 'UNSUPPORTED_MEDIA_TYPE', 'The content type is not one that is read here'),
  ],
  ['FST_ERR_BAD_URL', new ServiceError('INVALID_ARGUMENT', 'INVALID_ARGUMENT', 'The path is not properly percent-encoded')],
])

/** Anything thrown while answering, as what the client is told. */
export function toRefusal(error: unknown): ServiceError {
  const code = error instanceof Error && 'code' in error ? frameworkRefusals.get(String(error.code)) : undefined
  return code ?? toServiceError(error)
}
