export type Mail = {
  /** One bare address: `name@example.com`. */
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly html: string
}

/** Hands mails to whoever delivers them. */
export type Mailer = {
  /** Resolves when the other side has taken the mail. @throws MailError */
  send(mail: Mail): Promise<void>
}

export type MailerOptions = {
  /** `smtp://user:password@host:587`, `smtps://…`; empty: mails are written into the outbox. */
  readonly url: string
  /** `VoIPBIN <noreply@example.com>`, or a bare address. */
  readonly from: string
  /** Folder for mails while there is no server. */
  readonly outbox: string
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** The mail was not taken. Never carries the mail itself: what is in it is nobody else's business. */
export class MailError extends Error {
  /** Another try would be refused as well: the address is wrong, the server will not have it. */
  readonly isPermanent: boolean
  constructor(reason: string, options: { isPermanent: boolean; cause?: unknown }) {
    super(`Cannot send the mail: ${reason}`, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'MailError'
    this.isPermanent = options.isPermanent
  }
}

/** Local part and domain without blanks, quotes, lists and brackets: what no mail program could read as two addresses. */
const ADDRESS = /^[^\s@<>()[\]\\,;:"]+@[^\s@<>()[\]\\,;:"]+$/

/** @throws MailError for what is not one bare address */
export function checkAddress(address: string): string {
  if (ADDRESS.test(address)) return address
  throw new MailError('the recipient is not one bare address', { isPermanent: true })
}
