import type { CoreOptions } from '../core/core-options.ts'
import { MediaCore } from '../core/media-core.ts'
import type { AnswerOf, AnyCommand, Command, CommandOf } from './messages.ts'
import { runCommand } from './run-command.ts'
import type { StartWorker } from './worker-link.ts'

/** A worker in this thread: for tests, and for programs that are one leg only. */
export const startLocalWorker =
  (options: Omit<CoreOptions, 'emit'>): StartWorker =>
  (listener) => {
    const core = new MediaCore({ ...options, emit: (event) => listener.onEvent(event) })
    return {
      ask: async <Name extends Command>(command: CommandOf<Name>) =>
        (await runCommand(core, command as unknown as AnyCommand)) as AnswerOf<Name>,
      tell: (command) => {
        runCommand(core, command as unknown as AnyCommand)
      },
      close: () => core.close(),
    }
  }
