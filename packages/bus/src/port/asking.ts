import { TransportError } from '../bus.ts'

/** Of Node's `MessagePort` and `Worker`, and of `parentPort`: what both ends of one need. */
export type Port = {
  postMessage(message: unknown): void
  on(event: 'message', listener: (message: unknown) => void): unknown
}

/** What one end does for the other. Values and results are what structured clone lets through. */
export type Answers = Readonly<Record<string, (...values: never[]) => unknown>>

export type Asking = {
  /** @throws TransportError as it was thrown at the other end; Error for any other failure there */
  ask<T>(name: string, ...values: readonly unknown[]): Promise<T>
  /** Asks and hears nothing of it; in order with all else. */
  tell(name: string, ...values: readonly unknown[]): void
  /** What was asked and is not answered fails with this. */
  giveUp(error: unknown): void
}

type Failure = {
  readonly name?: string
  readonly kind?: TransportError['kind'] | undefined
  readonly message: string
  readonly stack?: string | undefined
  readonly cause?: Failure
}
type Ask = { readonly ask: number; readonly name: string; readonly values: readonly unknown[] }
type Answer = { readonly answer: number; readonly value?: unknown; readonly failure?: Failure }

/** Nobody waits for the answer. */
const TOLD = 0

/** Questions and answers between two threads, any number at a time and both ways. */
export function openAsking(port: Port, answers: Answers): Asking {
  const waiting = new Map<number, PromiseWithResolvers<unknown>>()
  let last = TOLD
  let given: { readonly error: unknown } | undefined

  async function answer({ ask, name, values }: Ask): Promise<void> {
    try {
      const work = answers[name]
      if (!work) throw new TypeError(`Nobody answers "${name}"`)
      const value = await work(...(values as never[]))
      if (ask !== TOLD) port.postMessage({ answer: ask, value } satisfies Answer)
    } catch (error) {
      if (ask !== TOLD) port.postMessage({ answer: ask, failure: failureOf(error) } satisfies Answer)
    }
  }

  function settle({ answer: to, value, failure }: Answer): void {
    const asked = waiting.get(to)
    waiting.delete(to)
    if (failure) asked?.reject(errorOf(failure))
    else asked?.resolve(value)
  }

  port.on('message', (message) => {
    if ('ask' in (message as Ask | Answer)) void answer(message as Ask)
    else settle(message as Answer)
  })

  return {
    ask<T>(name: string, ...values: readonly unknown[]): Promise<T> {
      if (given) return Promise.reject(given.error)
      const asked = Promise.withResolvers<unknown>()
      const number = ++last
      waiting.set(number, asked)
      port.postMessage({ ask: number, name, values } satisfies Ask)
      return asked.promise as Promise<T>
    },
    tell: (name, ...values) => port.postMessage({ ask: TOLD, name, values } satisfies Ask),
    giveUp(error) {
      given ??= { error }
      for (const asked of waiting.values()) asked.reject(error)
      waiting.clear()
    },
  }
}

function failureOf(error: unknown): Failure {
  if (!(error instanceof Error)) return { message: String(error) }
  const { name, message, stack, cause } = error
  const kind = error instanceof TransportError ? error.kind : undefined
  return { ...{ name, kind, message, stack }, ...(cause !== undefined && { cause: failureOf(cause) }) }
}

function errorOf({ name = 'Error', kind, message, stack, cause }: Failure): Error {
  const options = cause && { cause: errorOf(cause) }
  const error = kind ? new TransportError(kind, message, options) : new Error(message, options)
  error.name = name
  if (stack !== undefined) error.stack = stack // where it happened says more than where it was heard
  return error
}
