/** How long whoever looks after something waits for it. */
export const CHECK_TIMEOUT_MS = 3000

/**
 * What a server says of itself, a ping or a query.
 * @throws Error where nothing comes in time, or it says that it is not connected
 */
export async function answered<T>(probe: Promise<T>, timeoutMs: number): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error(`no answer in ${timeoutMs / 1000} s`)), timeoutMs)
  try {
    const said = await Promise.race([probe, late])
    if (typeof said === 'object' && said !== null && 'connected' in said && said.connected !== true) throw new Error('not connected')
    return said
  } finally {
    clearTimeout(timer)
  }
}
