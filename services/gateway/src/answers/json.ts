import type { WriteAnswer } from './answer.ts'

export const JSON_TYPE = 'application/json; charset=utf-8'

export const answerJson: WriteAnswer = (_parts, { operation, output, reply }) => {
  const status = operation.entry.status ?? 200
  reply.code(status)
  if (status === 204) return reply.send()
  reply.header('content-type', JSON_TYPE)
  return reply.send(JSON.stringify(operation.project(output) ?? null))
}
