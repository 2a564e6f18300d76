export { type Mail, MailError, type Mailer, type MailerOptions } from './mailer.ts'
export { openMailer } from './open-mailer.ts'
export { listOutbox, type OutboxEntry } from './outbox-mailer.ts'
