import { query } from '@voipbin/contracts/contract'
import { z } from 'zod'
import { defineRoute } from '../route.ts'
import { mailedToken } from './mailed-token.ts'
import { open } from './open.ts'
import { answerPage } from './page.ts'

const fields = `<label for="password">New password, 8 characters or more</label>
<input id="password" name="password" type="password" minlength="8" maxlength="1024" autocomplete="new-password" required autofocus>
<label for="repeated">The same once more</label>
<input id="repeated" name="repeated" type="password" minlength="8" maxlength="1024" autocomplete="new-password" required>`

/** Where the link of the mail leads. */
export const passwordResetPage = defineRoute(
  { summary: 'The page that a mailed link leads to', admits: open, method: query(mailedToken, z.object({})), answer: 'html' },
  () =>
    ({ reply, input: values }) =>
      answerPage(reply, {
        ...{ title: 'Choose a new password', intro: 'It replaces the old one at once and ends every session.', fields, values },
        ...{ button: 'Save', action: '/auth/password-reset', done: 'Your password is changed. You can sign in with it now.' },
      }),
)
