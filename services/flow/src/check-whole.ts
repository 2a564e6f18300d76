import type { Action } from '@voipbin/contracts/flow-actions'
import { checkActions } from './check-actions.ts'
import type { CheckSpeech } from './speech-wishes.ts'

/** Actions as they may be saved and run, what others have to be asked about included. @throws INVALID_ARGUMENT with the path of what is wrong */
export type Check = (actions: readonly Action[]) => Promise<Action[]>

export const createCheck =
  (newId: () => string, checkSpeech: CheckSpeech): Check =>
  async (actions) => {
    const checked = checkActions(actions, newId)
    await checkSpeech(checked)
    return checked
  }
