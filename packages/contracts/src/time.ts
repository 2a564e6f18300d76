/** Times are UTC text with six decimals, so they sort as text on every database. `microseconds` since the epoch. */
export function formatTime(microseconds: number): string {
  const milliseconds = Math.floor(microseconds / 1000)
  const rest = String(microseconds - milliseconds * 1000).padStart(3, '0')
  return `${new Date(milliseconds).toISOString().slice(0, 23)}${rest}Z`
}

/** Milliseconds since the epoch of a time in that form. */
export function parseTime(time: string): number {
  return Date.parse(`${time.slice(0, 23)}Z`)
}

/** `time` plus `milliseconds`, keeping the microseconds. */
export function addMilliseconds(time: string, milliseconds: number): string {
  const micros = Number(time.slice(23, 26))
  return formatTime((parseTime(time) + Math.round(milliseconds)) * 1000 + micros)
}
