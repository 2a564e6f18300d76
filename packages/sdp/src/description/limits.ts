/** Bounds of what a peer may make us hold or scan. What exceeds one is malformed, never truncated. */

/** A body of a SIP message cannot be larger; browsers send about 10 000. */
export const MAX_SDP_OCTETS = 65_535
/** Lines of the whole description; a browser with ICE candidates and video sends about 300. */
export const MAX_SDP_LINES = 1_024
export const MAX_LINE_CHARACTERS = 4_096
export const MAX_MEDIA_DESCRIPTIONS = 32
/** Payload types are 7 bits, so no more can be told apart. */
export const MAX_FORMATS = 128
