import type { Contract, KindOf, MethodInput, MethodName, MethodOutput } from '@voipbin/contracts/contract'
import type { Read, Tx } from '@voipbin/sql'
import type { Clock } from './clock.ts'
import type { Logger } from './logger.ts'

/** What a command or an outside job works with: it may call others, and opens transactions where it writes. */
export type Ctx = {
  readonly log: Logger
  readonly clock: Clock
  read(): Read
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>
}

type First<K> = K extends 'query' ? Read : K extends 'mutation' ? Tx : Ctx

/** The function that answers a method: what it gets first depends on the method's kind. */
export type Answer<C extends Contract, M extends MethodName<C>> = (
  first: First<KindOf<C, M>>,
  input: MethodInput<C, M>,
) => Promise<MethodOutput<C, M>>

/** Any answer, its types forgotten: the declaration says which first argument it gets. */
export type AnyAnswer = (first: Read | Tx | Ctx, input: unknown) => Promise<unknown>

/** An answer for every method of the contract. */
export type Answers<C extends Contract> = { readonly [M in MethodName<C>]: Answer<C, M> }
