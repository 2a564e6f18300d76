import type { WriteAnswer } from './answer.ts'

export const answerHtml: WriteAnswer = (_parts, { operation, output, reply }) => {
  const { html } = output as { html: string }
  reply.code(operation.entry.status ?? 200)
  // The address of such a page carries a one-time token, which must not travel on.
  reply.headers({ 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' })
  return reply.send(html)
}
