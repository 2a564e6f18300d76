import { createResponse, type Dialog, dialogId, type ServerTransaction, type SipRequest } from '@voipbin/sip'
import { refusalOf } from './capabilities.ts'
import { withAllow } from './in-dialog.ts'
import type { DialogUser } from './sip-parts.ts'

/** Early dialogs of an INVITE of ours. Nothing but questions is answered in them: there is no session to change yet. */
export class EarlyDialogs {
  readonly #table: Map<string, DialogUser>
  readonly #ids = new Set<string>()

  constructor(table: Map<string, DialogUser>) {
    this.#table = table
  }

  add(dialog: Dialog): void {
    const id = dialogId(dialog)
    this.#ids.add(id)
    this.#table.set(id, { receive: answerEarly(dialog), acknowledge: () => {}, acknowledgeAgain: () => {} })
  }

  remove(dialog: Dialog): void {
    const id = dialogId(dialog)
    if (this.#ids.delete(id)) this.#table.delete(id)
  }

  close(): void {
    for (const id of this.#ids) this.#table.delete(id)
    this.#ids.clear()
  }
}

const answerEarly = (dialog: Dialog) => (request: SipRequest, transaction: ServerTransaction) => {
  const refusal = refusalOf(request, dialog.localTag)
  if (refusal) transaction.respond(refusal)
  else if (request.method === 'INVITE') transaction.respond(createResponse(request, 491))
  else transaction.respond(withAllow(createResponse(request, request.method === 'BYE' ? 481 : 200)))
}
