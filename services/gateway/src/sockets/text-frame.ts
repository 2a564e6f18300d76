/** Lengths that the second octet cannot say follow it in two or eight octets, announced by these. */
const LENGTH_IN_TWO = 126
const LENGTH_IN_EIGHT = 127
const FINAL_TEXT = 0x81

/**
 * A whole text frame as a server sends it, unmasked (RFC 6455 §5.2):
 *
 *      0x81 | length (7 bits), or 126 and 16 bits, or 127 and 64 bits | payload
 */
export function textFrame(text: string): Buffer {
  const length = Buffer.byteLength(text)
  const headOctets = length < LENGTH_IN_TWO ? 2 : length < 65_536 ? 4 : 10
  const frame = Buffer.allocUnsafe(headOctets + length)
  frame[0] = FINAL_TEXT
  if (headOctets === 2) frame[1] = length
  else if (headOctets === 4) {
    frame[1] = LENGTH_IN_TWO
    frame.writeUInt16BE(length, 2)
  } else {
    frame[1] = LENGTH_IN_EIGHT
    frame.writeBigUInt64BE(BigInt(length), 2)
  }
  frame.write(text, headOctets)
  return frame
}
