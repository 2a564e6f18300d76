import type { MessagePort } from 'node:worker_threads'
import type { MediaEvent } from '../media-event.ts'
import type { AnswerOf, Command, CommandOf } from './messages.ts'

export type LinkListener = {
  onEvent(event: MediaEvent): void
  /** It died by itself. Nothing comes from it any more; what waited for answers has been refused. */
  onLost(cause: Error): void
}

/** The way to one worker, in a thread or in this one. Commands arrive in order. */
export type WorkerLink = {
  /** Rejects with what the command throws, its `code` kept, or with `WorkerLost`. */
  ask<Name extends Command>(command: CommandOf<Name>): Promise<AnswerOf<Name>>
  /** @param ports among the arguments: they go over to the worker */
  tell<Name extends Command>(command: CommandOf<Name>, ports?: readonly MessagePort[]): void
  /** Closes what is open on it and ends it. */
  close(): Promise<void>
}

export type StartWorker = (listener: LinkListener) => WorkerLink
