import { describe, expect, it } from 'vitest'
import { bodies } from '../../test/bodies.ts'
import { attribute, attributes } from './attributes.ts'
import { codecsOf } from './codec.ts'
import { connectionOf } from './connection.ts'
import { MAX_FORMATS, MAX_LINE_CHARACTERS, MAX_MEDIA_DESCRIPTIONS, MAX_SDP_LINES, MAX_SDP_OCTETS } from './limits.ts'
import { parseSdp } from './parse-sdp.ts'
import { serialiseSdp } from './serialise-sdp.ts'
import type { SessionDescription } from './session-description.ts'

function parsed(body: string): SessionDescription {
  const session = parseSdp(Buffer.from(body))
  if (session.kind === 'malformed') throw new Error(`line ${session.line}: ${session.reason}`)
  return session
}

const head = 'v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\n'

describe('parseSdp()', () => {
  it.each(Object.entries(bodies))('reads what %s sends, and it is written as it came', (_, body) => {
    expect(serialiseSdp(parsed(body))).toBe(body.replaceAll(/\r?\n/g, '\r\n'))
  })

  it('reads origin, name, media and attributes', () => {
    const session = parsed(bodies.baresip)
    expect(session.origin).toEqual({
      username: '-',
      sessionId: '2087430371',
      sessionVersion: '1325107934',
      addressType: 'IP4',
      address: '192.0.2.10',
    })
    expect(session.name).toBe('-')
    const [audio] = session.media
    expect(audio).toMatchObject({ kind: 'audio', port: 27_000, portCount: 1, protocol: 'RTP/AVP', formats: ['0', '8', '101'] })
    expect(audio && attribute(audio, 'rtcp')).toBe('27001')
    expect(audio && attribute(audio, 'rtcp-mux')).toBe('')
    expect(audio && attribute(audio, 'rtc')).toBeUndefined()
    expect(audio && attributes(audio, 'rtpmap')).toHaveLength(3)
  })

  it('takes the connection of the media description before that of the session', () => {
    const session = parsed(`${head}c=IN IP4 192.0.2.1\r\nm=audio 2/2 RTP/AVP 0\r\nm=audio 4 RTP/AVP 0\r\nc=IN IP4 224.2.1.1/127/3\r\n`)
    expect(session.media.map((media) => connectionOf(session, media)?.address)).toEqual(['192.0.2.1', '224.2.1.1'])
    expect(session.media[0]?.portCount).toBe(2)
  })

  it('knows static payload types, prefers a=rtpmap, and drops formats without meaning', () => {
    const media = parsed(
      `${head}m=audio 2 RTP/AVP 0 8 9 10 77 300 0 96 97 x\r\na=rtpmap:8 L16/16000\r\na=rtpmap:96 opus/48000/2\r\na=fmtp:96 stereo=1\r\na=rtpmap:97 bad\r\n`,
    ).media[0]
    expect(media && codecsOf(media)).toEqual([
      { payloadType: 0, name: 'PCMU', clockRateHz: 8_000, channels: 1 },
      { payloadType: 8, name: 'L16', clockRateHz: 16_000, channels: 1 },
      { payloadType: 9, name: 'G722', clockRateHz: 8_000, channels: 1 },
      { payloadType: 10, name: 'L16', clockRateHz: 44_100, channels: 2 },
      { payloadType: 96, name: 'opus', clockRateHz: 48_000, channels: 2, parameters: 'stereo=1' },
    ])
  })

  it.each([
    ['', 1, 'no v=0'],
    ['o=- 1 1 IN IP4 192.0.2.1\r\n', 1, 'no v=0'],
    ['v=1\r\n', 1, 'no v=0'],
    ['v=0\r\ns=-\r\n', 2, 'missing o='],
    ['v=0\r\no=- 1 1 IN IP4\r\n', 2, 'bad o='],
    ['v=0\r\no=- 1 1 ATM IP4 192.0.2.1\r\n', 2, 'bad o='],
    [`${head}o=- 1 1 IN IP4 192.0.2.1\r\n`, 4, 'second o='],
    [`${head}c=IN IP4\r\n`, 4, 'bad c='],
    [`${head}m=audio 5 RTP/AVP 0\r\nc=IN IP9 1.2.3.4\r\n`, 5, 'bad c='],
    [`${head}m=audio RTP/AVP 0\r\n`, 4, 'bad m='],
    [`${head}m=audio 65536 RTP/AVP 0\r\n`, 4, 'bad m='],
    [`${head}m=audio -1 RTP/AVP 0\r\n`, 4, 'bad m='],
    [`${head}m=audio 5 RTP/AVP\r\n`, 4, 'bad m='],
    [`${head}m=audio 5 RTP/AVP${' 0'.repeat(MAX_FORMATS + 1)}\r\n`, 4, 'bad m='],
    [`${head}hello\r\n`, 4, 'no type=value'],
    [`${head} a=x\r\n`, 4, 'no type=value'],
    [`${head}a=x\0y\r\n`, 4, 'control character'],
    [`${head}a=x\ry\r\n`, 4, 'control character'],
    [`${head}a=${'x'.repeat(MAX_LINE_CHARACTERS)}\r\n`, 4, 'line too long'],
    [head + 'm=audio 5 RTP/AVP 0\r\n'.repeat(MAX_MEDIA_DESCRIPTIONS + 1), 4 + MAX_MEDIA_DESCRIPTIONS, 'too many m='],
    [head + 'a=x\r\n'.repeat(MAX_SDP_LINES), MAX_SDP_LINES + 1, 'too many lines'],
    ['v=0\r\n'.padEnd(MAX_SDP_OCTETS + 1, 'a'), 1, 'too long'],
  ] as const)('names the line and what is wrong with it, case %#', (body, line, reason) => {
    expect(parseSdp(body)).toEqual({ kind: 'malformed', line, reason })
  })

  it('is lenient: no s=, no t=, empty lines, no last line end, unknown types, spaces twice', () => {
    const session = parsed('v=0\r\n\r\no=-  1 1 IN IP4 192.0.2.1\ny=what\r\nm=audio  5  RTP/AVP 0 \r\nY=more')
    expect(session.name).toBe('-')
    expect(session.lines).toEqual([{ type: 'y', value: 'what' }])
    expect(session.media[0]).toMatchObject({ port: 5, formats: ['0'], lines: [{ type: 'Y', value: 'more' }] })
  })
})
