import type { CoreSettings } from '../core/core-options.ts'
import type { MediaCore } from '../core/media-core.ts'
import type { MediaEvent } from '../media-event.ts'

/** What a worker can be asked for: the methods of its core. */
export type Command = keyof MediaCore
export type CommandOf<Name extends Command> = { readonly name: Name; readonly args: Parameters<MediaCore[Name]> }
export type AnyCommand = { [Name in Command]: CommandOf<Name> }[Command]
export type AnswerOf<Name extends Command> = Awaited<ReturnType<MediaCore[Name]>>

/** Asked without a number: nobody waits for the answer. */
export type ToWorker = { readonly request: number | undefined; readonly command: AnyCommand }

export type FromWorker =
  | { readonly kind: 'event'; readonly event: MediaEvent }
  | { readonly kind: 'answer'; readonly request: number; readonly value: unknown }
  | { readonly kind: 'refused'; readonly request: number; readonly message: string; readonly code: string | undefined }

export type WorkerSettings = CoreSettings
/** What a thread is started with; it beats in `pulse`. */
export type WorkerData = {
  readonly settings: WorkerSettings
  readonly pulse: Int32Array
  /** Whether the process keeps compiled code for its next start. */
  readonly keepsCompiled: boolean
}
