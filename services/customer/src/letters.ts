import { type Mail, writeLetter } from '@voipbin/mail'

type Verification = { readonly to: string; readonly link: string; readonly ip: string }

export const verificationLetter = ({ to, link, ip }: Verification): Mail =>
  writeLetter({
    to,
    subject: 'Confirm your e-mail address',
    paragraphs: [
      `This address was given to VoIPBIN as that of a customer${ip === '' ? '' : `, from the network address ${ip}`}. To confirm it, open this link within an hour:`,
      { link },
      'Confirm only if it was you: whoever filled in the form holds an access key that works from then on. Otherwise do nothing, and what was entered is deleted within an hour.',
    ],
  })

export const accountExistsLetter = (to: string, link: string): Mail =>
  writeLetter({
    to,
    subject: 'You already have an account',
    paragraphs: [
      'Somebody, perhaps you, tried to sign up at VoIPBIN with this address, which has an account already. Nothing was changed, and the access key that was shown opens nothing.',
      'If you have lost your password, you can ask for a new one. The API is at:',
      { link },
    ],
  })
