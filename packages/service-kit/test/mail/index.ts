import { type Answer, type AnyTableService, defineService, type JobHandler, type Listener } from '@voipbin/service-kit'
import { entityTable } from '@voipbin/sql'
import { letter, type Mail, mailContract } from './contract.ts'

export const letters = entityTable(mailContract, 'mail_letters', letter)

type Custom = {
  readonly postLetter?: Answer<Mail, 'postLetter'>
  readonly events?: readonly Listener[]
  readonly jobs?: readonly JobHandler[]
}

export const postLetter: Answer<Mail, 'postLetter'> = (tx, fields) => letters.insert(tx, 'letter_posted', fields)

export function mailWith(custom: Custom = {}): AnyTableService {
  const { events = [], jobs = [], ...work } = custom
  return defineService({
    contract: mailContract,
    folder: import.meta,
    start: () => ({ methods: { listLetters: (read, page) => letters.list(read, page), postLetter, ...work }, events, jobs }),
  })
}
