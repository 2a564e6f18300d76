import { describe, expect, it } from 'vitest'
import { type ChannelInput, type ChannelState, incomingChannel, outgoingChannel } from './channel-state.ts'
import { step } from './step.ts'

/** Inputs by short names. */
const inputs = {
  take: { kind: 'take' },
  reject: { kind: 'reject', cause: 17 },
  ring: { kind: 'ring' },
  progress: { kind: 'progress' },
  answer: { kind: 'answer' },
  hangup: { kind: 'hangup', cause: 16, tag: 'amd' },
  busy: { kind: 'hangup', cause: 17, tag: '' },
  cancel: { kind: 'cancelled', cause: undefined },
  ack: { kind: 'acknowledged' },
  noAck: { kind: 'unacknowledged' },
  '100': { kind: 'provisional', status: 100, hasMedia: false },
  '180': { kind: 'provisional', status: 180, hasMedia: false },
  '183': { kind: 'provisional', status: 183, hasMedia: true },
  '200': { kind: 'answered' },
  '486': { kind: 'refused', status: 486, cause: undefined, text: 'Busy Here' },
  '487': { kind: 'refused', status: 487, cause: undefined, text: '' },
  '503q34': { kind: 'refused', status: 503, cause: 42, text: '' },
  nobody: { kind: 'unreachable', status: 408, text: '' },
  late: { kind: 'dialTimeout' },
  bye: { kind: 'bye', cause: undefined },
  silent: { kind: 'failed', by: 'network', cause: 27, text: 'no RTP' },
  nodeStops: { kind: 'failed', by: 'node', cause: 41, text: 'the node stops' },
} as const satisfies Record<string, ChannelInput>
type Name = keyof typeof inputs

/** What a row of inputs makes of a channel: effects in short, `!` before those of outcome gone, `?` before a refusal. */
function run(start: ChannelState, names: readonly Name[]) {
  let state = start
  const seen: string[] = []
  for (const name of names) {
    const made = step(state, inputs[name])
    state = made.state
    const mark = made.outcome.result === 'gone' ? '!' : made.outcome.result === 'refused' ? `?${made.outcome.rule}` : ''
    seen.push(mark + made.effects.map((effect) => short(effect)).join(' '))
  }
  return { phase: state.phase, seen }
}

function short(effect: ReturnType<typeof step>['effects'][number]): string {
  if (effect.do === 'respond') return String(effect.status)
  if (effect.do === 'refuse') return `refuse${effect.status}`
  if (effect.do === 'tellProgress') return `progress${effect.status}`
  if (effect.do === 'tellAnswered') return 'answered'
  if (effect.do !== 'end') return effect.do
  const { by, cause, sip_status: status, tag } = effect.end
  return `${effect.isTold ? 'end' : 'untold'}(${by},${cause},${status}${tag && `,${tag}`})`
}

const table = (start: ChannelState, rows: readonly (readonly [Name[], string[], string])[]) =>
  it.each(rows)('%j does %j and is %s', (names, seen, phase) => expect(run(start, names)).toEqual({ phase, seen }))

describe("a caller's channel", () => {
  table(incomingChannel, [
    [['take', 'ring', 'answer', 'ack', 'bye'], ['', '180', '200 answered', '', 'end(remote,16,0)'], 'ended'],
    [['take', 'ring', 'ring'], ['', '180', ''], 'ringing'],
    [['take', 'progress', 'ring', 'progress'], ['', '183', '180', ''], 'early'],
    [['take', 'answer', 'answer', 'ring'], ['', '200 answered', '', ''], 'answered'],
    [['answer'], ['?CHANNEL_NOT_TAKEN'], 'offered'],
    [['reject', 'cancel'], ['refuse486 untold(local,17,486)', '!'], 'ended'],
    [['cancel', 'take'], ['refuse487 end(remote,16,0)', '!'], 'ended'],
    [['take', 'reject'], ['', '!'], 'offered'],
    [['nodeStops'], ['refuse503 end(node,41,503)'], 'ended'],
    // Whichever of CANCEL and answer comes first wins; the other is told that it has lost.
    [['take', 'cancel', 'answer'], ['', 'refuse487 end(remote,16,0)', '!'], 'ended'],
    [['take', 'answer', 'cancel', 'ack'], ['', '200 answered', '', ''], 'answered'],
    [['take', 'bye'], ['', 'refuse487 end(remote,16,0)'], 'ended'],
    [['take', 'ring', 'busy'], ['', '180', 'refuse486 end(local,17,486)'], 'ended'],
    [['take', 'hangup', 'hangup'], ['', 'refuse603 end(local,16,603,amd)', '!'], 'ended'],
    // No BYE before the ACK.
    [['take', 'answer', 'hangup', 'answer', 'ack'], ['', '200 answered', '', '!', 'bye end(local,16,0,amd)'], 'ended'],
    [['take', 'answer', 'hangup', 'noAck'], ['', '200 answered', '', 'bye end(local,16,0,amd)'], 'ended'],
    [['take', 'answer', 'hangup', 'bye'], ['', '200 answered', '', 'end(local,16,0,amd)'], 'ended'],
    [['take', 'answer', 'noAck'], ['', '200 answered', 'bye end(network,18,0)'], 'ended'],
    [['take', 'answer', 'ack', 'hangup'], ['', '200 answered', '', 'bye end(local,16,0,amd)'], 'ended'],
    [['take', 'answer', 'ack', 'silent', 'bye'], ['', '200 answered', '', 'bye end(network,27,0)', '!'], 'ended'],
    [['take', 'answer', 'hangup', 'nodeStops'], ['', '200 answered', '', 'bye end(local,16,0,amd)'], 'ended'],
  ])
})

describe('a channel that we dial', () => {
  table(outgoingChannel, [
    [['100', '180', '200', 'bye'], ['', 'progress180', 'answered', 'end(remote,16,0)'], 'ended'],
    [['180', '180', '183', '180'], ['progress180', '', 'progress183', ''], 'early'],
    [['200', 'hangup'], ['answered', 'bye end(local,16,0,amd)'], 'ended'],
    [['486'], ['end(remote,17,486)'], 'ended'],
    [['503q34'], ['end(remote,42,503)'], 'ended'],
    [['nobody'], ['end(network,18,408)'], 'ended'],
    [['180', 'late', '487'], ['progress180', 'cancel', 'end(network,19,0)'], 'ended'],
    [['late', '200'], ['cancel end(network,19,0)', '!'], 'ended'],
    [['180', 'hangup', '180', '487'], ['progress180', 'cancel', '', 'end(local,16,0,amd)'], 'ended'],
    // A 200 that crosses the CANCEL is ended by BYE.
    [['180', 'hangup', '200'], ['progress180', 'cancel', 'bye end(local,16,0,amd)'], 'ended'],
    [['180', 'hangup', 'nobody'], ['progress180', 'cancel', 'end(local,16,0,amd)'], 'ended'],
    [['180', '200', 'late'], ['progress180', 'answered', ''], 'answered'],
    [['answer', 'ring'], ['?CHANNEL_IS_OUTGOING', '?CHANNEL_IS_OUTGOING'], 'dialing'],
    [['180', 'nodeStops', 'nodeStops'], ['progress180', 'cancel', 'end(node,41,0)'], 'ended'],
  ])
})
