/** A process whose second thread dies of a letter. Run: `node app.ts FOLDER`. */
import { NIL_ID } from '@voipbin/contracts/fields'
import { mailContract } from '../mail/contract.ts'
import { startBeside } from './start.ts'

const platform = await startBeside(process.argv[2] ?? '')
await platform.caller.clients(mailContract).postLetter({ customer_id: NIL_ID, text: 'fatal' })
