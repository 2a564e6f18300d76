import { type Mail, writeLetter } from '@voipbin/mail'

export const resetLetter = (to: string, link: string): Mail =>
  writeLetter({
    to,
    subject: 'A new password',
    paragraphs: [
      'Somebody asked for a new password for this address at VoIPBIN. To set one, open this link within an hour:',
      { link },
      'If it was not you, do nothing: your password is as it was.',
    ],
  })

export const invitationLetter = (to: string, link: string): Mail =>
  writeLetter({
    to,
    subject: 'Set your password',
    paragraphs: [
      'An account was made for you at VoIPBIN. To set its password, open this link within an hour:',
      { link },
      'Later, ask for a new password with this address as username.',
    ],
  })

export const usernameTakenLetter = (to: string, link: string): Mail =>
  writeLetter({
    to,
    subject: 'Your address is a username already',
    paragraphs: [
      'Your customer account at VoIPBIN is ready, but no administrator was made for it: this address is the username of an agent of another customer.',
      'With the access key of the sign-up you can make an administrator with another username. The API is at:',
      { link },
    ],
  })
