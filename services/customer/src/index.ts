import { join } from 'node:path'
import { customerContract } from '@voipbin/contracts/customer'
import { openMailer } from '@voipbin/mail'
import { defineService, purgeOnCustomerDeleted } from '@voipbin/service-kit'
import { customerConfig } from './config.ts'
import { deleteFrozenHandler } from './jobs/delete-frozen.ts'
import { expireSignupHandler } from './jobs/expire-signup.ts'
import { resendHandler } from './jobs/resend-verification.ts'
import { sendAccountExistsHandler } from './jobs/send-account-exists.ts'
import { sendVerificationHandler } from './jobs/send-verification.ts'
import { signUpHandler } from './jobs/sign-up.ts'
import { authenticateAccesskey } from './methods/authenticate-accesskey.ts'
import { createAccesskey } from './methods/create-accesskey.ts'
import { createCustomer } from './methods/create-customer.ts'
import { deleteAccesskey } from './methods/delete-accesskey.ts'
import { deleteCustomer } from './methods/delete-customer.ts'
import { freezeCustomer } from './methods/freeze-customer.ts'
import { getAccesskey } from './methods/get-accesskey.ts'
import { getCustomer } from './methods/get-customer.ts'
import { getOwnCustomer } from './methods/get-own-customer.ts'
import { getWebhookSettings } from './methods/get-webhook-settings.ts'
import { listAccesskeys } from './methods/list-accesskeys.ts'
import { listCustomers } from './methods/list-customers.ts'
import { recoverCustomer } from './methods/recover-customer.ts'
import { recoverOwn } from './methods/recover-own.ts'
import { resendVerification } from './methods/resend-verification.ts'
import { rotateWebhookSecret } from './methods/rotate-webhook-secret.ts'
import { seed } from './methods/seed.ts'
import { signUp } from './methods/sign-up.ts'
import { unregister } from './methods/unregister.ts'
import { updateAccesskey } from './methods/update-accesskey.ts'
import { updateCustomer } from './methods/update-customer.ts'
import { updateCustomerBillingAccount } from './methods/update-customer-billing-account.ts'
import { updateCustomerMetadata } from './methods/update-customer-metadata.ts'
import { updateIdentityVerification } from './methods/update-identity-verification.ts'
import { updateOwnBillingAccount } from './methods/update-own-billing-account.ts'
import { updateOwnCustomer } from './methods/update-own-customer.ts'
import { updateOwnMetadata } from './methods/update-own-metadata.ts'
import { verifyEmail } from './methods/verify-email.ts'
import { accesskeys } from './store/accesskeys.ts'

export const customerService = defineService({
  contract: customerContract,
  config: customerConfig,
  folder: import.meta,
  synchronous: 'FULL',
  start: ({ config, cache, clock, dataFolder }) => {
    const outbox = join(dataFolder, '..', 'outbox')
    const mailer = openMailer({ url: config.smtpUrl, from: config.mailFrom, outbox, now: clock.now })
    return {
      methods: {
        ...{ listCustomers, getCustomer, createCustomer, updateCustomer, deleteCustomer, freezeCustomer, recoverCustomer },
        ...{ updateCustomerBillingAccount, updateCustomerMetadata, updateIdentityVerification },
        ...{ getOwnCustomer, updateOwnCustomer, updateOwnBillingAccount, updateOwnMetadata, unregister, recoverOwn },
        ...{ signUp: signUp(config), verifyEmail, resendVerification, getWebhookSettings, rotateWebhookSecret, seed },
        ...{ listAccesskeys, getAccesskey, createAccesskey, updateAccesskey, deleteAccesskey, authenticateAccesskey },
      },
      events: [purgeOnCustomerDeleted(accesskeys, 'accesskey_deleted')],
      jobs: [
        ...[signUpHandler({ cache }), expireSignupHandler, deleteFrozenHandler, resendHandler],
        ...[sendVerificationHandler(mailer, config), sendAccountExistsHandler(mailer, config)],
      ],
    }
  },
})
