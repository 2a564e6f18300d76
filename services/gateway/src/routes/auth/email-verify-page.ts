import { html } from '../../pages/markup.ts'
import { mailedPage } from './page.ts'

/** A button verifies, not the visit: mail programs look at links, too. */
export const emailVerifyPage = mailedPage({
  ...{ title: 'Verify your e-mail address', intro: 'One click, and your account is active.', fields: html``, button: 'Verify' },
  action: '/auth/email-verify',
  done: 'Your address is verified and your account is active. A mail tells you how to choose a password.',
})
