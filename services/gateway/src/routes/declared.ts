import type { ApiEntry } from '@voipbin/contracts/api'
import { type AdmissionRules, compileAdmission } from '../admission/admit.ts'
import type { RouteDeclaration } from './route.ts'

/** A route in the words of an API table. It takes no tenant from its caller: what it does with whom is its own code. */
export function entryOf({ admits, answer = 'json', summary }: RouteDeclaration): ApiEntry {
  const whom = admits === 'uncounted' ? ({ permission: 0, identity: ['none'] } as const) : admits
  return { method: '', scope: 'project', ...whom, answer, summary }
}

export function admissionOf(declaration: RouteDeclaration, url: string): AdmissionRules {
  const rules = compileAdmission(entryOf(declaration), url)
  return declaration.authorise ? { ...rules, authorise: declaration.authorise } : rules
}
