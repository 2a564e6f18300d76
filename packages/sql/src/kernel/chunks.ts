/** Statements must come from a bounded set of texts, so lists are cut to these lengths. */
export const CHUNKS = [256, 64, 16, 4, 1] as const

/** `item, item, …` */
export const list = (item: string, count: number) => Array(count).fill(item).join(', ')

/** A statement's text for each length of list. */
export const textsOf = (text: (count: number) => string): ((count: number) => string) => {
  const texts = new Map<number, string>(CHUNKS.map((count) => [count, text(count)]))
  return (count) => texts.get(count) ?? text(count)
}

export function chunksOf<T>(items: readonly T[]): T[][] {
  const chunks: T[][] = []
  for (let start = 0; start < items.length; ) {
    const size = CHUNKS.find((chunk) => chunk <= items.length - start) ?? 1
    chunks.push(items.slice(start, start + size))
    start += size
  }
  return chunks
}
