/** Work that several want at once is done once; who asks when it is over begins anew. */
export function createMakeOnce<T>(): (key: string, make: () => Promise<T>) => Promise<T> {
  const underWay = new Map<string, Promise<T>>()
  return (key, make) => {
    const known = underWay.get(key)
    if (known) return known
    const making = make().finally(() => underWay.delete(key))
    underWay.set(key, making)
    return making
  }
}
