import type { Mail } from './mailer.ts'

export type Message = Mail & { readonly from: string; readonly time: Date; readonly unique: string }

/**
 * A message of RFC 5322 as a person can read it: parts are plain UTF-8 and whole lines, so that a link can be copied out of
 * the file. Header fields are UTF-8, too (RFC 6532).
 */
export function renderMessage({ from, to, subject, text, html, time, unique }: Message): string {
  const boundary = `part-${unique}`
  const lines = [
    `From: ${oneLine(from)}`,
    `To: ${oneLine(to)}`,
    `Subject: ${oneLine(subject)}`,
    `Date: ${time.toUTCString().replace('GMT', '+0000')}`,
    `Message-ID: <${unique}@outbox>`,
    'MIME-Version: 1.0',
    `Content-Type: multipart/alternative; boundary="${boundary}"`,
    '',
    ...part(boundary, 'text/plain', text),
    ...part(boundary, 'text/html', html),
    `--${boundary}--`,
    '',
  ]
  return lines.join('\n')
}

const part = (boundary: string, type: string, content: string) => [
  `--${boundary}`,
  `Content-Type: ${type}; charset=utf-8`,
  'Content-Transfer-Encoding: 8bit',
  '',
  content,
]

/** A line break in a header field would begin another one. */
const oneLine = (value: string) => value.replaceAll(/[\r\n]+/g, ' ')
