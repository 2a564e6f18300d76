/** W3C Trace Context, version-format of `traceparent` (§3.2.2); all-zero ids mean "none". */
const TRACE_PARENT = /^[0-9a-e][0-9a-f]-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/

/** The trace parent to travel on with, empty where the client sent none or a broken one. */
export function traceOf(given: string | string[] | undefined): string {
  return typeof given === 'string' && TRACE_PARENT.test(given) ? given : ''
}
