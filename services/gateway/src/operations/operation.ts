import type { ApiEntry, HttpMethod } from '@voipbin/contracts/api'
import type { MethodDeclaration } from '@voipbin/contracts/contract'
import type { Projection } from '@voipbin/contracts/project'
import type { RawTarget } from '@voipbin/service-kit'
import type { AdmissionRules } from '../admission/admit.ts'
import type { Bind } from './bind-input.ts'
import type { Owned } from './ownership.ts'
import type { CheckReferences } from './references.ts'

/** One entry of an API table with everything about it that does not depend on the request. */
export type Operation = {
  /** For messages, logs and metrics: `GET /v1.0/tags/:id`. */
  readonly name: string
  readonly verb: HttpMethod
  readonly url: string
  readonly entry: ApiEntry
  readonly service: string
  readonly method: MethodDeclaration
  readonly target: RawTarget
  readonly admission: AdmissionRules
  readonly bind: Bind
  readonly owned: readonly Owned[]
  readonly references: CheckReferences | undefined
  /** The input names the tenant. For a superadmin that is the tenant of what the path names, not its own. */
  readonly injectsTenant: boolean
  /** The owner's check has already fetched what this operation answers with: one hop instead of two. */
  readonly answersWithOwned: boolean
  /** Deleted already, a repeated DELETE goes on to the owner of the data, who remembers what it answered. */
  readonly mayBeRepeatedWhenGone: boolean
  /** What a client gets to see of the output. */
  readonly project: Projection
}
