/** Something that tests wait for, and open by hand. */
export type Gate = { readonly opened: Promise<void>; readonly open: () => void }

export function aGate(): Gate {
  const { promise, resolve } = Promise.withResolvers<void>()
  return { opened: promise, open: resolve }
}

/** Resolves once `isTrue`; looks again every few milliseconds. @throws when it does not come true in time */
export async function until(isTrue: () => boolean, what: string, timeoutMs = 15_000): Promise<void> {
  const giveUp = Date.now() + timeoutMs
  while (!isTrue()) {
    if (Date.now() > giveUp) throw new Error(`Not within ${timeoutMs} ms: ${what}`)
    await pause(5)
  }
}

export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

/** Tries until it works, for 10 s. */
export async function eventually<T>(attempt: () => Promise<T>): Promise<T> {
  const giveUp = Date.now() + 10_000
  for (;;) {
    try {
      return await attempt()
    } catch (error) {
      if (Date.now() > giveUp) throw error
      await pause(20)
    }
  }
}
