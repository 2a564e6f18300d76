/**
 * The closed list of error statuses of the public API. HTTP and SIP codes follow from these and are decided at
 * those edges only: gateway (HTTP) and call (SIP).
 */
export const statuses = [
  'INVALID_ARGUMENT',
  'UNAUTHENTICATED',
  'PAYMENT_REQUIRED',
  'PERMISSION_DENIED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'FAILED_PRECONDITION',
  'RESOURCE_EXHAUSTED',
  'UNAVAILABLE',
  'INTERNAL',
] as const
export type Status = (typeof statuses)[number]

/** One entry of an error's `details`: small, flat, safe to show to a client. */
export type ErrorDetail = Readonly<Record<string, unknown>>

/** What of an error crosses the bus; never a stack, never a cause. */
export type WireError = {
  readonly status: Status
  readonly reason: string
  readonly message: string
  readonly details?: readonly ErrorDetail[]
}

/**
 * The one error class that crosses the bus.
 * `reason` is a constant that a client can test (`QUEUE_FULL`); `message` names action, cause and field for a person.
 */
export class ServiceError extends Error {
  readonly status: Status
  readonly reason: string
  readonly details: readonly ErrorDetail[]

  constructor(status: Status, reason: string, message: string, options: { details?: readonly ErrorDetail[]; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'ServiceError'
    this.status = status
    this.reason = reason
    this.details = options.details ?? []
  }

  toWire(): WireError {
    const { status, reason, message, details } = this
    return details.length > 0 ? { status, reason, message, details } : { status, reason, message }
  }

  static fromWire(wire: WireError): ServiceError {
    return new ServiceError(wire.status, wire.reason, wire.message, { details: wire.details ?? [] })
  }
}

/** The resource is not there, is deleted, or belongs to somebody else: a client cannot tell which. */
export function notFound(resource: string, id: string): ServiceError {
  return new ServiceError('NOT_FOUND', 'RESOURCE_NOT_FOUND', `Cannot find ${resource} "${id}"`)
}

/** @returns undefined where what was asked for is not there; every other error stays one */
export async function unlessGone<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked
  } catch (error) {
    if (error instanceof ServiceError && error.status === 'NOT_FOUND') return undefined
    throw error
  }
}

export function invalidArgument(message: string, details: readonly ErrorDetail[] = []): ServiceError {
  return new ServiceError('INVALID_ARGUMENT', 'INVALID_ARGUMENT', message, { details })
}

/** Anything unknown leaves as INTERNAL with its text hidden; the cause stays for the log at the edge. */
export function toServiceError(error: unknown): ServiceError {
  if (error instanceof ServiceError) return error
  return new ServiceError('INTERNAL', 'INTERNAL', 'Internal error', { cause: error })
}
