import { admitTo, openRules } from '../ask.ts'
import type { Route } from '../route.ts'
import { answerPage } from './page.ts'
import { tokenOf } from './token-of.ts'

/** Where the link of the mail leads. A button verifies, not the visit: mail programs look at links, too. */
export const emailVerifyPage: Route =
  (parts) =>
  async ({ request, reply }) => {
    await admitTo(openRules, parts, request)
    const values = { token: tokenOf(request) }
    return answerPage(reply, {
      ...{ title: 'Verify your e-mail address', intro: 'One click, and your account is active.', fields: '', values },
      ...{ button: 'Verify', action: '/auth/email-verify', done: 'Your address is verified. Your account is active.' },
    })
  }
