import type { RequestEnvelope } from '@voipbin/bus'
import type { MethodDeclaration } from '@voipbin/contracts/contract'
import { ServiceError } from '@voipbin/contracts/errors'
import type { Projection } from '@voipbin/contracts/project'
import { type Database, DatabaseUnavailable, digest, type Origin, type StoredOperation } from '@voipbin/sql'
import type { AnyAnswer } from './answer.ts'
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
  const { name, answer, finish, database } = mutation
  if (request.operation_id === '') return database.transaction(origin, async (tx) => finish(await answer(tx, input)))
  const hash = digest(`${request.actor.customer_id}\n${request.operation_id}`)
  const inputHash = digest(`${name}\n${JSON.stringify(input)}`)
  if (request.repeated) {
    const stored = await database.operations.find(database.engine.reader, hash)
    if (stored) return storedReply(mutation, stored, request, inputHash)
  }
  try {
    return await database.transaction(origin, async (tx) => {
      const output = finish(await answer(tx, input))
      const text = JSON.stringify(output)
      const reply = mutation.declaration.reveals.length > 0 ? seal(request.operation_id, text) : text
      await database.operations.store(tx.connection, hash, { method: name, inputHash, reply }, tx.now)
      return output
    })
  } catch (error) {
    if (error instanceof DatabaseUnavailable) throw error
    // Done already, perhaps a moment ago: then what was refused is the repetition, because the first one left no room for it.
    // Asked in a transaction of its own, which ends after the first one's commit; a reader may not see that yet.
    const stored = await database.engine.inTransaction((connection) => database.operations.find(connection, hash))
    if (!stored) throw error
    return storedReply(mutation, stored, request, inputHash)
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
