import { query } from '@voipbin/contracts/contract'
import { z } from 'zod'
import { type FormPage, formPage, messagePage } from '../../pages/form-page.ts'
import { defineRoute, type Route } from '../route.ts'
import { mailedToken } from './mailed-token.ts'
import { open } from './open.ts'

/** Where the link of a mail leads: a form that carries the link's token. Whoever opens half a link is a person, too. */
export const mailedPage = (page: Omit<FormPage, 'values'>): Route =>
  defineRoute(
    {
      summary: 'The page that a mailed link leads to',
      ...{ admits: open, method: query(mailedToken, z.object({})), answer: 'html', alsoAnswers: [{ status: 400, as: 'output' }] },
    },
    () =>
      ({ reply, input: values }) => {
        const isWhole = values.token !== ''
        const { text, headers } = isWhole ? formPage({ ...page, values }) : brokenLink
        // The address of the page carries a one-time token, which must not be kept.
        reply.headers({ ...headers, 'cache-control': 'no-store' })
        return { status: isWhole ? 200 : 400, text, contentType: 'text/html; charset=utf-8' }
      },
  )

const brokenLink = messagePage('The link is not whole', 'Open it as it is in the mail: some mail programs break long links into two lines.')
