import { admitTo, openRules } from '../ask.ts'
import type { Route } from '../route.ts'
import { answerPage } from './page.ts'
import { tokenOf } from './token-of.ts'

const fields = `<label for="password">New password, 8 characters or more</label>
<input id="password" name="password" type="password" minlength="8" maxlength="1024" autocomplete="new-password" required autofocus>
<label for="repeated">The same once more</label>
<input id="repeated" name="repeated" type="password" minlength="8" maxlength="1024" autocomplete="new-password" required>`

/** Where the link of the mail leads. */
export const passwordResetPage: Route =
  (parts) =>
  async ({ request, reply }) => {
    await admitTo(openRules, parts, request)
    const values = { token: tokenOf(request) }
    return answerPage(reply, {
      ...{ title: 'Choose a new password', intro: 'It replaces the old one at once and ends every session.', fields, values },
      ...{ button: 'Save', action: '/auth/password-reset', done: 'Your password is changed. You can sign in with it now.' },
    })
  }
