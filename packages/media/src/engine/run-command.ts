import type { MediaCore } from '../core/media-core.ts'
import type { AnyCommand } from './messages.ts'

/** Carries out one command. @returns what its method returns */
export function runCommand(core: MediaCore, { name, args }: AnyCommand): unknown {
  // Name and arguments belong together by their type, which the compiler cannot follow through an index.
  const method = core[name] as (this: MediaCore, ...args: readonly unknown[]) => unknown
  return method.apply(core, [...args])
}
