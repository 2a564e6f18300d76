import { hash } from 'node:crypto'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { query } from '@voipbin/contracts/contract'
import { z } from 'zod'
import { open } from './auth/open.ts'
import { defineRoute } from './route.ts'

/** Made when it is first asked for, as the document that it shows. The API says who may do what, so everybody may read it. */
export const docs = defineRoute(
  { summary: 'The API reference for people', admits: open, method: query(z.object({}), z.object({})), answer: 'html' },
  ({ contracts, routes }) => {
    const make = async () => {
      const { buildReference } = await import('../reference/page.ts')
      const { text, headers } = buildReference(contracts, routes)
      return { text, headers, zipped: await promisify(gzip)(text), tag: `W/"${hash('sha256', text, 'base64url')}"` }
    }
    let made: ReturnType<typeof make> | undefined
    return async ({ request, reply }) => {
      made ??= make()
      const { text, headers, zipped, tag } = await made
      reply.headers({ ...headers, 'cache-control': 'no-cache', vary: 'accept-encoding', etag: tag })
      if (request.headers['if-none-match'] === tag) return { status: 304, text: '' }
      const takesGzip = /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''))
      if (takesGzip) reply.header('content-encoding', 'gzip')
      return { text: takesGzip ? zipped : text, contentType: 'text/html; charset=utf-8' }
    }
  },
)
