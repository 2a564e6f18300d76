/** Steps of SIPp scenarios, as text. What stands in brackets SIPp fills in. */

export type RequestParts = {
  readonly cseq?: number
  /** Further header lines. */
  readonly headers?: readonly string[]
  readonly body?: string
  readonly contentType?: string
  /** Request-URI. */
  readonly uri?: string
  /** Sent once only, as an ACK is. */
  readonly isOnce?: boolean
}

type SdpParts = { readonly lines?: readonly string[]; readonly media?: string; readonly address?: string; readonly version?: number }

/** A session description of SIPp's media port. */
export function sdp({
  lines = [],
  media = 'm=audio [media_port] RTP/AVP 0 101',
  address = '[media_ip]',
  version = 1,
}: SdpParts = {}): string {
  const all = ['v=0', `o=sipp 1 ${version} IN IP4 [local_ip]`, 's=-', `c=IN IP4 ${address}`, 't=0 0', media]
  return [...all, 'a=rtpmap:0 PCMU/8000', 'a=rtpmap:101 telephone-event/8000', ...lines].join('\n')
}

const message = (lines: readonly string[], body: string): string => `<![CDATA[\n${lines.join('\n')}\n\n${body}\n]]>`
const bodyLines = (body: string, contentType: string): readonly string[] => [
  ...(body === '' ? [] : [`Content-Type: ${contentType}`]),
  'Content-Length: [len]',
]

/** A request that begins a dialog, or stands outside of one. */
export function request(method: string, parts: RequestParts = {}): string {
  const { cseq = 1, headers = [], body = '', contentType = 'application/sdp', uri = 'sip:[service]@[remote_ip]:[remote_port]' } = parts
  const lines = [
    `${method} ${uri} SIP/2.0`,
    'Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch];rport',
    'From: "sipp" <sip:sipp@[local_ip]:[local_port]>;tag=[call_number]x[pid]',
    'To: <sip:[service]@[remote_ip]:[remote_port]>',
    ...[
      'Call-ID: [call_id]',
      `CSeq: ${cseq} ${method}`,
      'Contact: <sip:sipp@[local_ip]:[local_port];transport=[transport]>',
      'Max-Forwards: 70',
    ],
    ...headers,
  ]
  return send([...lines, ...bodyLines(body, contentType)], body, parts.isOnce)
}

/** A request in the dialog that a 2xx made; its To and Contact are kept by `recv` with `isDialog`. */
export function inDialog(method: string, parts: RequestParts = {}): string {
  const { cseq = 2, headers = [], body = '', contentType = 'application/sdp' } = parts
  const lines = [
    `${method} [next_url] SIP/2.0`,
    'Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch];rport',
    '[routes]',
    'From: "sipp" <sip:sipp@[local_ip]:[local_port]>;tag=[call_number]x[pid]',
    'To: <sip:[service]@[remote_ip]:[remote_port]>[peer_tag_param]',
    ...[
      'Call-ID: [call_id]',
      `CSeq: ${cseq} ${method}`,
      'Contact: <sip:sipp@[local_ip]:[local_port];transport=[transport]>',
      'Max-Forwards: 70',
    ],
    ...headers,
  ]
  return send([...lines, ...bodyLines(body, contentType)], body, parts.isOnce)
}

const send = (lines: readonly string[], body: string, isOnce = false): string =>
  `<send${isOnce ? '' : ' retrans="500"'}>${message(lines, body)}</send>`

/** The ACK of a 2xx. */
export const ack = (cseq = 1, body = ''): string => inDialog('ACK', { cseq, body, isOnce: true })

/** A response to what was received last. */
export function response(status: number, { headers = [], body = '', tag = 's' }: RequestParts & { readonly tag?: string } = {}): string {
  const lines = [
    `SIP/2.0 ${status} Whatever`,
    ...['[last_Via:]', '[last_From:]', `[last_To:]${tag === '' ? '' : `;tag=[call_number]${tag}`}`, '[last_Call-ID:]', '[last_CSeq:]'],
    ...['[last_Record-Route:]', 'Contact: <sip:sipp@[local_ip]:[local_port];transport=[transport]>', ...headers],
  ]
  return `<send>${message([...lines, ...bodyLines(body, 'application/sdp')], body)}</send>`
}

export type RecvOptions = {
  readonly isOptional?: boolean
  /** Fails when it does not come in time. */
  readonly timeoutMs?: number
  /** Keeps route set and target. */
  readonly isDialog?: boolean
  /** Keeps its challenge. */
  readonly isChallenge?: boolean
  /** Fails unless this text stands in a header: `Reason`, `cause=16`. */
  readonly has?: readonly (readonly [header: string, pattern: string])[]
}

export const recv = (what: number | string, options: RecvOptions = {}): string => {
  const of = typeof what === 'number' ? `response="${what}"` : `request="${what}"`
  const more = [
    options.isOptional ? ' optional="true"' : '',
    options.timeoutMs === undefined ? '' : ` timeout="${options.timeoutMs}"`,
    options.isDialog ? ' rrs="true"' : '',
    options.isChallenge ? ' auth="true"' : '',
  ]
  const checks = (options.has ?? []).map(
    ([header, pattern]) => `<ereg regexp="${pattern}" search_in="hdr" header="${header}:" check_it="true" assign_to="found"/>`,
  )
  const action = checks.length === 0 ? '' : `<action>${checks.join('')}</action>`
  const read = checks.length === 0 ? '' : '<Reference variables="found"/>'
  return `<recv ${of}${more.join('')}>${action}</recv>${read}`
}

export const pause = (ms: number): string => `<pause milliseconds="${ms}"/>`
const provisional = [recv(100, { isOptional: true }), recv(180, { isOptional: true }), recv(183, { isOptional: true })]

/** INVITE until it is acknowledged. */
export const call = (parts: RequestParts & { readonly answer?: string } = {}): string =>
  [request('INVITE', { body: sdp(), ...parts }), ...provisional, recv(200, { isDialog: true }), ack(1, parts.answer)].join('\n')

/** Hangs up. */
export const bye = (cseq = 2): string => [inDialog('BYE', { cseq }), recv(200)].join('\n')

/** Waits for the other side to hang up. */
export const expectBye = (options: RecvOptions = {}): string => [recv('BYE', options), response(200, { tag: '' })].join('\n')

export const uacTalks = [call(), pause(300), bye()].join('\n')
export const inviteWithoutOffer = [call({ body: '', answer: sdp() }), pause(300), bye()].join('\n')
/** Answers, and waits until it is hung up. */
export const uasTalks = [recv('INVITE'), response(180), response(200, { body: sdp() }), recv('ACK'), expectBye()].join('\n')

/** A call that asks for T.38 in its middle, is told no, and goes on. */
export const t38Reinvite = [
  call(),
  inDialog('INVITE', { cseq: 2, body: sdp({ version: 2, media: 'm=image [media_port] udptl t38', lines: ['a=T38FaxVersion:0'] }) }),
  recv(100, { isOptional: true }),
  recv(488),
  ack(2),
  pause(100),
  bye(3),
].join('\n')

const kept = ['Via', 'From', 'To', 'CSeq'] as const

/** Takes an INVITE so that it can be answered after other messages have come. */
const recvAndKeep = `<recv request="INVITE"><action>${kept
  .map((name) => `<ereg regexp=".*" search_in="hdr" header="${name}:" assign_to="${name}"/>`)
  .join('')}</action></recv>`

/** 200 to the INVITE that was kept. */
const answerKept = (tag: string): string => {
  const lines = ['SIP/2.0 200 OK', 'Via:[$Via]', 'From:[$From]', `To:[$To];tag=[call_number]${tag}`, '[last_Call-ID:]', 'CSeq:[$CSeq]']
  const contact = 'Contact: <sip:sipp@[local_ip]:[local_port];transport=[transport]>'
  return `<send>${message([...lines, contact, ...bodyLines(sdp(), 'application/sdp')], sdp())}</send>`
}

/** Two phones behind a proxy answer one INVITE: one stays, the other is acknowledged and hung up. */
export const forkedAnswers = [
  recvAndKeep,
  answerKept('a'),
  recv('ACK', { timeoutMs: 3_000 }),
  answerKept('b'),
  recv('ACK', { timeoutMs: 3_000, has: [['To', 'tag=.*b']] }),
  expectBye({ timeoutMs: 3_000, has: [['To', 'tag=.*b']] }),
].join('\n')

const proxyChallenge = (nonce: string) => [`Proxy-Authenticate: Digest realm="carrier", nonce="${nonce}", qop="auth"`]
const withCredentials: RecvOptions = { has: [['Proxy-Authorization', 'Digest username=.*realm=.*response=']] }

/** A carrier that wants credentials for every request, in the dialog too. */
export const challengingCarrier = [
  recv('INVITE'),
  response(407, { headers: proxyChallenge('one') }),
  recv('ACK'),
  recv('INVITE', withCredentials),
  response(200, { body: sdp() }),
  recv('ACK'),
  recv('BYE'),
  response(407, { headers: proxyChallenge('two'), tag: '' }),
  recv('BYE', withCredentials),
  response(200, { tag: '' }),
].join('\n')

/** A carrier that wants to be registered with: challenges, takes it, and waits until it is taken back. */
export const carrierRegistrar = [
  recv('REGISTER'),
  response(401, { headers: ['WWW-Authenticate: Digest realm="carrier", nonce="one", qop="auth"'] }),
  recv('REGISTER', { has: [['Authorization', 'Digest username=.*response=']] }),
  `<send>${message(['SIP/2.0 200 OK', '[last_Via:]', '[last_From:]', '[last_To:];tag=[call_number]', '[last_Call-ID:]', '[last_CSeq:]', '[last_Contact:]', 'Expires: 60', 'Content-Length: 0'], '')}</send>`,
  recv('REGISTER', { timeoutMs: 8_000, has: [['Authorization', 'Digest username=.*response=']] }),
  response(200, { tag: '2' }),
].join('\n')
