import type { IncomingMessage } from 'node:http'

/** Reads at most `limit` octets and lets go of the connection where there is more. Never rejects: what broke off is not complete. */
export function readLimited(
  response: IncomingMessage,
  limit: number,
  signal: AbortSignal,
): Promise<{ readonly body: Buffer; readonly isComplete: boolean }> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let octets = 0
    const finish = (isComplete: boolean) => {
      signal.removeEventListener('abort', stop)
      if (!isComplete) response.destroy()
      resolve({ body: Buffer.concat(chunks), isComplete })
    }
    const stop = () => finish(false)
    signal.addEventListener('abort', stop)
    response.on('data', (chunk: Buffer) => {
      const rest = chunk.subarray(0, limit - octets)
      octets += rest.length
      if (rest.length > 0) chunks.push(rest)
      if (rest.length < chunk.length) stop()
    })
    response.once('end', () => finish(response.complete))
    response.once('error', stop)
    response.once('close', stop)
  })
}
