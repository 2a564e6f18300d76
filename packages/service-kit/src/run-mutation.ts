import type { RequestEnvelope } from '@voipbin/bus'
import type { MethodDeclaration } from '@voipbin/contracts/contract'
import { ServiceError } from '@voipbin/contracts/errors'
import type { Projection } from '@voipbin/contracts/project'
import { type Database, DatabaseUnavailable, digest, type Origin, type StoredOperation, type Tx } from '@voipbin/sql'
import type { AnyAnswer } from './answer.ts'
import { type CtxParts, createCtx } from './create-ctx.ts'
import { seal, unseal } from './sealed-reply.ts'

type Mutation = {
  readonly name: string
  readonly declaration: MethodDeclaration
  readonly answer: AnyAnswer
  readonly finish: Projection
  readonly database: Database
}

/** One transaction whose reply is stored under its operation id, so that a repetition gets the reply and changes nothing. */
export async function runMutation(mutation: Mutation, origin: Origin, request: RequestEnvelope, input: unknown): Promise<unknown> {
  const { answer, finish, database } = mutation
  if (request.operation_id === '') return database.transaction(origin, async (tx) => finish(await answer(tx, input)))
  const once = createOnce(mutation, request, input)
  return (await once.known()) ?? once.run(origin, (tx) => answer(tx, input))
}

/** The same of a command with one transaction. What it looks at before that is not looked at again, because it may have changed. */
export async function runCommandOnce(
  command: Mutation & CtxParts,
  origin: Origin,
  request: RequestEnvelope,
  input: unknown,
): Promise<unknown> {
  const ctx = createCtx(command, origin)
  if (request.operation_id === '') return command.finish(await command.answer(ctx, input))
  const once = createOnce(command, request, input)
  const stored = await once.known()
  if (stored) return stored
  let reply: Promise<unknown> | undefined
  const transaction = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => {
    if (reply) throw new TypeError(`Command "${command.name}" is done once, and has one transaction`)
    reply = once.run(origin, work)
    return reply as Promise<T>
  }
  try {
    await command.answer({ ...ctx, transaction }, input)
  } catch (error) {
    if (reply) throw error
    return once.doneMeanwhile(error)
  }
  if (!reply) throw new TypeError(`Command "${command.name}" is done once, and has a transaction`)
  return reply
}

function createOnce(method: Mutation, request: RequestEnvelope, input: unknown) {
  const { name, finish, database, declaration } = method
  const hash = digest(`${request.actor.customer_id}\n${request.operation_id}`)
  const inputHash = digest(`${name}\n${JSON.stringify(input)}`)
  /**
   * Done already, perhaps a moment ago: then what was refused is the repetition, because the first one left no room for it.
   * Asked in a transaction of its own, which ends after the first one's commit; a reader may not see that yet.
   */
  async function doneMeanwhile(error: unknown): Promise<unknown> {
    if (error instanceof DatabaseUnavailable) throw error
    const stored = await database.engine.inTransaction((connection) => database.operations.find(connection, hash))
    if (!stored) throw error
    return storedReply(method, stored, request, inputHash)
  }
  return {
    doneMeanwhile,
    /** What was answered, where this is said to be a repetition. */
    async known(): Promise<unknown> {
      const stored = request.repeated ? await database.operations.find(database.engine.reader, hash) : undefined
      return stored && storedReply(method, stored, request, inputHash)
    },
    async run(origin: Origin, work: (tx: Tx) => Promise<unknown>): Promise<unknown> {
      try {
        return await database.transaction(origin, async (tx) => {
          const output = finish(await work(tx))
          const text = JSON.stringify(output)
          const reply = declaration.reveals.length > 0 ? seal(request.operation_id, text) : text
          await database.operations.store(tx.connection, hash, { method: name, inputHash, reply }, tx.now)
          return output
        })
      } catch (error) {
        return doneMeanwhile(error)
      }
    },
  }
}

function storedReply(mutation: Mutation, stored: StoredOperation, request: RequestEnvelope, inputHash: string): unknown {
  if (stored.inputHash !== inputHash) {
    throw new ServiceError(
      'ALREADY_EXISTS',
      'IDEMPOTENCY_KEY_REUSED',
      `Cannot ${mutation.name}: the idempotency key was used for another request`,
    )
  }
  return JSON.parse(mutation.declaration.reveals.length > 0 ? unseal(request.operation_id, stored.reply) : stored.reply)
}
