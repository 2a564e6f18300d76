import type { WriteAnswer } from './answer.ts'

/** The method is kept (RFC 9110 §15.4.8): only where to changes. */
const TEMPORARY_REDIRECT = 307

export const answerRedirect: WriteAnswer = (_parts, { operation, output, reply }) => {
  const { url } = output as { url: string }
  // Spelled anew, so that nothing in it can end the header.
  reply.code(operation.entry.status ?? TEMPORARY_REDIRECT).header('location', new URL(url).href)
  return reply.send()
}
