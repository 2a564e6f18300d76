/** Bounds of what a peer may make us hold or scan. What exceeds one is malformed, never truncated. */

/** The largest UDP payload, and the most that a stream may send as one message. */
export const MAX_MESSAGE_OCTETS = 65_535
/** Start line and headers together. */
export const MAX_HEAD_CHARACTERS = 32_768
/** Header field lines; RFC 4475 §3.1.1.7 needs 40. */
export const MAX_HEADER_LINES = 256
/** One header field, unfolded. */
export const MAX_HEADER_CHARACTERS = 8_192
/** Elements of one comma-separated header field. */
export const MAX_LIST_ELEMENTS = 128
/** Parameters of one header value or URI. The grammar has no recursion that we follow, so nothing nests deeper than this. */
export const MAX_PARAMS = 64
/** CSeq numbers stay below 2^31 (RFC 3261 §8.1.1.5). */
export const MAX_CSEQ = 2 ** 31 - 1
/** Delta-seconds are 32 bits (RFC 3261 §20.19). */
export const MAX_DELTA_SECONDS = 2 ** 32 - 1
