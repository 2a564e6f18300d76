import { html } from '../../pages/markup.ts'
import { mailedPage } from './page.ts'

const fields = html`<label for="password">New password <small>8 characters or more</small></label>
<input id="password" name="password" type="password" data-secret minlength="8" maxlength="1024" autocomplete="new-password" required autofocus>
<label for="repeated">The same once more</label>
<input id="repeated" name="repeated" type="password" data-secret minlength="8" maxlength="1024" autocomplete="new-password" required>
<label class="check"><input type="checkbox" id="shown"> Show what I type</label>`

export const passwordResetPage = mailedPage({
  ...{ title: 'Choose a new password', intro: 'It replaces the old one at once and ends every session.', fields, button: 'Save' },
  action: '/auth/password-reset',
  done: 'Your password is changed. You can sign in with it now.',
})
