import { oneTimeTokens } from '@voipbin/sql'

/** Links of verification mails; the subject is the customer, whose address is verified as it is when the link is used. */
export const emailTokens = oneTimeTokens('customer_email_tokens')
