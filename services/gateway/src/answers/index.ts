import type { ApiEntry } from '@voipbin/contracts/api'
import type { WriteAnswer } from './answer.ts'
import { answerHtml } from './html.ts'
import { answerJson } from './json.ts'
import { answerRedirect } from './redirect.ts'
import { answerStream } from './stream.ts'
import { answerWebSocket } from './websocket.ts'

/** Every way of answering that an API table may name. */
export const answers = {
  json: answerJson,
  redirect: answerRedirect,
  html: answerHtml,
  stream: answerStream,
  websocket: answerWebSocket,
} satisfies Record<NonNullable<ApiEntry['answer']>, WriteAnswer>
