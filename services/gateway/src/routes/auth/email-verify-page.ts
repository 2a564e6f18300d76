import { query } from '@voipbin/contracts/contract'
import { z } from 'zod'
import { defineRoute } from '../route.ts'
import { mailedToken } from './mailed-token.ts'
import { open } from './open.ts'
import { answerPage } from './page.ts'

/** Where the link of the mail leads. A button verifies, not the visit: mail programs look at links, too. */
export const emailVerifyPage = defineRoute(
  { summary: 'The page that a mailed link leads to', admits: open, method: query(mailedToken, z.object({})), answer: 'html' },
  () =>
    ({ reply, input: values }) =>
      answerPage(reply, {
        ...{ title: 'Verify your e-mail address', intro: 'One click, and your account is active.', fields: '', values },
        ...{ button: 'Verify', action: '/auth/email-verify', done: 'Your address is verified. Your account is active.' },
      }),
)
