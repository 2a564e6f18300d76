/** A second thread: mail, which writes a letter for each order, and dies of one. */
import { on, runBeside, SettingError } from '@voipbin/service-kit'
import { mailContract } from '../mail/contract.ts'
import { letters, mailWith, postLetter } from '../mail/index.ts'
import { shopContract } from '../shop/contract.ts'

const write = on(shopContract, 'order_created', async (tx, { data }) => {
  await letters.insert(tx, 'letter_posted', { customer_id: data.customer_id, text: `for ${data.name}` })
})
const dieOf = (text: string) => {
  if (text === 'fatal')
    setImmediate(() => {
      throw new Error('This thread cannot go on')
    })
}

runBeside(async () => {
  if (process.env['MAIL_REFUSES']) throw new SettingError('Cannot read setting "MAIL_REFUSES"')
  const mail = mailWith({
    events: [write],
    postLetter: (tx, fields) => {
      dieOf(fields.text)
      return postLetter(tx, fields)
    },
  })
  return { services: [mail], contracts: [shopContract, mailContract] }
})
