import { Phone, type PhoneCall } from '@voipbin/phone'
import { hears } from '../hearing.ts'

/**
 * Entry of a process of phones, one at each address: each calls the switch at the address given with it, hears its tone, and then waits for
 * a call from it at port 5070 and hears that one too. Ends with an error where one of them does not.
 */

const [, , ways = '[]'] = process.argv

async function hearAndHangUp(call: PhoneCall): Promise<void> {
  await call.answered()
  await hears(call, 440)
  await call.hangUp()
}

await Promise.all(
  (JSON.parse(ways) as readonly (readonly [string, string])[]).map(async ([host, ours]) => {
    const phone = await Phone.open({ user: 'bob', host, port: 5070 })
    await hearAndHangUp(await phone.dial(`sip:tone@${ours}:5060`))
    const call = await phone.nextCall()
    call.answer()
    await hearAndHangUp(call)
    await phone.close()
  }),
)
