import type { BlobStore } from '@voipbin/blob'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Upgrades } from '../http/upgrades.ts'
import type { Operation } from '../operations/operation.ts'

/** What a way of answering may need beyond the output. */
export type AnswerParts = { readonly fetch: typeof globalThis.fetch; readonly blobs: BlobStore; readonly upgrades: Upgrades }
export type Exchanged = {
  readonly operation: Operation
  readonly output: unknown
  readonly request: FastifyRequest
  readonly reply: FastifyReply
}
/** Turns a method's output into a response. @returns what the framework sends, or the reply itself where that is done already */
export type WriteAnswer = (parts: AnswerParts, exchanged: Exchanged) => unknown
