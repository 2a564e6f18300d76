/** Of a message in its stream: before its first word, and behind its last. */
export const markOf = (when: 'start' | 'end', messageId: string): string => `${when}:${messageId}`

export function readMark(mark: string): { readonly when: string; readonly messageId: string } {
  const [when = '', messageId = ''] = mark.split(':')
  return { when, messageId }
}
