import { invalidArgument } from '@voipbin/contracts/errors'
import type { Action } from '@voipbin/contracts/flow-actions'
import { speechPort } from '@voipbin/contracts/tts-port'
import type { Clients } from '@voipbin/service-kit'

type Speech = { readonly provider: string; readonly language: string; readonly voice_id: string }
type Path = readonly (string | number)[]
/** @throws INVALID_ARGUMENT with the path of each provider, language and voice that cannot be spoken here */
export type CheckSpeech = (actions: readonly Action[]) => Promise<void>

/** Asks whether what actions have said can be said, in one question. Not asked where nobody is named. */
export function createCheckSpeech(client: Clients): CheckSpeech {
  const speech = client(speechPort)
  return async (actions) => {
    const wishes = speechWishes(actions)
    if (wishes.length === 0) return
    const distinct = [...new Map(wishes.map(({ wish }) => [JSON.stringify(wish), wish])).values()]
    const { problems } = await speech.checkSpeech({ speeches: distinct })
    const byWish = new Map(problems.map((problem) => [JSON.stringify(distinct[problem.index]), problem]))
    const details = wishes.flatMap(({ wish, path }) => {
      const problem = byWish.get(JSON.stringify(wish))
      return problem ? [{ field: [...path, problem.field].join('.'), rule: problem.rule, reason: problem.reason }] : []
    })
    const [first] = details
    if (first) throw invalidArgument(`Cannot save the flow: field "${first.field}": ${first.rule}`, details.slice(0, MAX_TOLD))
  }
}

const MAX_TOLD = 20

/** Who is to speak, where actions say it; what only a variable will say cannot be asked about. */
function speechWishes(actions: readonly Action[], path: Path = ['actions']): { readonly wish: Speech; readonly path: Path }[] {
  return actions.flatMap(({ type, option }, index) => {
    const at = [...path, index, 'option']
    if (type !== 'talk') return Array.isArray(option['actions']) ? speechWishes(option['actions'] as Action[], [...at, 'actions']) : []
    const said = (key: keyof Speech) => (String(option[key] ?? '').includes('${') ? '' : String(option[key] ?? ''))
    const wish = { provider: said('provider'), language: said('language'), voice_id: said('voice_id') }
    // A voice of whoever a variable names.
    if (String(option['provider']).includes('${')) return []
    return Object.values(wish).every((value) => value === '') ? [] : [{ wish, path: at }]
  })
}
