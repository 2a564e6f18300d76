import { describe, expect, it } from 'vitest'
import { inviteClient } from './invite-client.ts'
import { inviteServer } from './invite-server.ts'
import type { Input, Machine, Output } from './machine.ts'
import { nonInviteClient } from './non-invite-client.ts'
import { nonInviteServer } from './non-invite-server.ts'
import { reliableTiming, type Timing, unreliableTiming } from './timing.ts'

/** Every input there is; a table that says nothing of one expects that it changes nothing. */
const inputs: readonly Input[] = [
  ...(['retransmitRequest', 'inviteTimeout', 'nonInviteTimeout', 'cancelTimeout', 'absorbResponses', 'absorbSuccesses'] as const),
  ...(['sendTrying', 'retransmitResponse', 'ackTimeout', 'absorbAcks', 'absorbRequests', 'absorbInvites'] as const),
  ...(['start', 'transportError', 'provisional', 'success', 'failure', 'cancelled'] as const),
  ...(['request', 'ack', 'sendProvisional', 'sendSuccess', 'sendFailure'] as const),
]

/** Outputs as text: `+timer 500`, `-timer`, or what is done. */
const spell = (output: Output): string => {
  if (output.do === 'startTimer') return `+${output.timer} ${output.ms}`
  return output.do === 'stopTimer' ? `-${output.timer}` : output.do
}

/** state → input → `next state: outputs`, with a retransmission interval of 500 ms before. */
type Table = Readonly<Record<string, Partial<Record<Input, string>>>>

const same = (states: readonly string[], expected: Table): Table =>
  Object.fromEntries(states.map((state) => [state, expected[state] ?? {}]))

function check(machine: Machine<never>, timing: Timing, table: Table): void {
  for (const [name, row] of Object.entries(same([...Object.keys(table), 'terminated'], table))) {
    it.each(inputs)(`${name}, ${timing.isReliable ? 'reliable' : 'unreliable'}: %s`, (input) => {
      const { state, outputs } = machine.step({ name: name as never, intervalMs: 500 }, input, timing)
      expect(`${state.name}: ${outputs.map(spell).join(', ')}`).toBe(row[input] ?? `${name}: `)
    })
  }
}

const calling = '-retransmitRequest, -inviteTimeout'
const inviteClientTable: Table = {
  calling: {
    start: 'calling: sendRequest, +retransmitRequest 500, +inviteTimeout 32000',
    retransmitRequest: 'calling: sendRequest, +retransmitRequest 1000',
    inviteTimeout: 'terminated: timedOut',
    transportError: 'terminated: transportFailed',
    provisional: `proceeding: ${calling}, deliver`,
    success: `accepted: ${calling}, deliver, +absorbSuccesses 32000`,
    failure: `completed: ${calling}, sendAck, deliver, +absorbResponses 32000`,
  },
  proceeding: {
    provisional: 'proceeding: deliver',
    success: 'accepted: -cancelTimeout, deliver, +absorbSuccesses 32000',
    failure: 'completed: -cancelTimeout, sendAck, deliver, +absorbResponses 32000',
    cancelled: 'proceeding: +cancelTimeout 32000',
    cancelTimeout: 'terminated: timedOut',
  },
  completed: { failure: 'completed: sendAck', transportError: 'terminated: transportFailed', absorbResponses: 'terminated: ' },
  accepted: { success: 'accepted: deliver', absorbSuccesses: 'terminated: ' },
}

describe('INVITE client (RFC 3261 §17.1.1, RFC 6026)', () => {
  check(inviteClient as Machine<never>, unreliableTiming, inviteClientTable)
  check(inviteClient as Machine<never>, reliableTiming, {
    ...inviteClientTable,
    calling: {
      ...inviteClientTable['calling'],
      start: 'calling: sendRequest, +inviteTimeout 32000',
      failure: `terminated: ${calling}, sendAck, deliver`,
    },
    proceeding: { ...inviteClientTable['proceeding'], failure: 'terminated: -cancelTimeout, sendAck, deliver' },
  })
})

const trying = '-retransmitRequest, -nonInviteTimeout, deliver'
const nonInviteRow = {
  nonInviteTimeout: 'terminated: timedOut',
  transportError: 'terminated: transportFailed',
  provisional: 'proceeding: deliver',
  success: `completed: ${trying}, +absorbResponses 5000`,
  failure: `completed: ${trying}, +absorbResponses 5000`,
}
const nonInviteClientTable: Table = {
  trying: {
    ...nonInviteRow,
    start: 'trying: sendRequest, +retransmitRequest 500, +nonInviteTimeout 32000',
    retransmitRequest: 'trying: sendRequest, +retransmitRequest 1000',
  },
  proceeding: { ...nonInviteRow, retransmitRequest: 'proceeding: sendRequest, +retransmitRequest 4000' },
  completed: { absorbResponses: 'terminated: ' },
}

describe('non-INVITE client (RFC 3261 §17.1.2)', () => {
  check(nonInviteClient as Machine<never>, unreliableTiming, nonInviteClientTable)
  const ends = { success: `terminated: ${trying}`, failure: `terminated: ${trying}` }
  check(nonInviteClient as Machine<never>, reliableTiming, {
    trying: { ...nonInviteClientTable['trying'], ...ends, start: 'trying: sendRequest, +nonInviteTimeout 32000' },
    proceeding: { ...nonInviteClientTable['proceeding'], ...ends },
    completed: { absorbResponses: 'terminated: ' },
  })
})

const inviteServerTable: Table = {
  proceeding: {
    start: 'proceeding: +sendTrying 200',
    sendTrying: 'proceeding: sendTrying',
    request: 'proceeding: -sendTrying, sendResponse',
    sendProvisional: 'proceeding: -sendTrying, sendResponse',
    sendSuccess: 'accepted: -sendTrying, sendResponse, +absorbInvites 32000',
    sendFailure: 'completed: -sendTrying, sendResponse, +retransmitResponse 500, +ackTimeout 32000',
    transportError: 'proceeding: transportFailed',
  },
  completed: {
    request: 'completed: sendResponse',
    retransmitResponse: 'completed: sendResponse, +retransmitResponse 1000',
    ack: 'confirmed: -retransmitResponse, -ackTimeout, +absorbAcks 5000',
    ackTimeout: 'terminated: timedOut',
    transportError: 'completed: transportFailed',
  },
  confirmed: { absorbAcks: 'terminated: ' },
  accepted: {
    ack: 'accepted: deliver',
    sendSuccess: 'accepted: sendResponse',
    absorbInvites: 'terminated: ',
    transportError: 'accepted: transportFailed',
  },
}

describe('INVITE server (RFC 3261 §17.2.1, RFC 6026)', () => {
  check(inviteServer as Machine<never>, unreliableTiming, inviteServerTable)
  check(inviteServer as Machine<never>, reliableTiming, {
    ...inviteServerTable,
    proceeding: { ...inviteServerTable['proceeding'], sendFailure: 'completed: -sendTrying, sendResponse, +ackTimeout 32000' },
    completed: { ...inviteServerTable['completed'], ack: 'terminated: -retransmitResponse, -ackTimeout' },
  })
})

const nonInviteServerTable: Table = {
  trying: {
    sendProvisional: 'proceeding: sendResponse',
    sendSuccess: 'completed: sendResponse, +absorbRequests 32000',
    sendFailure: 'completed: sendResponse, +absorbRequests 32000',
  },
  proceeding: {
    request: 'proceeding: sendResponse',
    sendProvisional: 'proceeding: sendResponse',
    sendSuccess: 'completed: sendResponse, +absorbRequests 32000',
    sendFailure: 'completed: sendResponse, +absorbRequests 32000',
    transportError: 'terminated: transportFailed',
  },
  completed: { request: 'completed: sendResponse', absorbRequests: 'terminated: ', transportError: 'terminated: transportFailed' },
}

describe('non-INVITE server (RFC 3261 §17.2.2)', () => {
  check(nonInviteServer as Machine<never>, unreliableTiming, nonInviteServerTable)
  const ends = { sendSuccess: 'terminated: sendResponse', sendFailure: 'terminated: sendResponse' }
  check(nonInviteServer as Machine<never>, reliableTiming, {
    trying: { ...nonInviteServerTable['trying'], ...ends },
    proceeding: { ...nonInviteServerTable['proceeding'], ...ends },
    completed: nonInviteServerTable['completed'] ?? {},
  })
})

describe('retransmission', () => {
  const intervals = (machine: Machine<never>, begin: Input, timer: Input, count: number) => {
    let { state } = machine.step(machine.initial, begin, unreliableTiming)
    return Array.from({ length: count }, () => {
      state = machine.step(state, timer, unreliableTiming).state
      return state.intervalMs
    })
  }

  it('doubles without end for an INVITE, and up to T2 for others', () => {
    expect(intervals(inviteClient as Machine<never>, 'start', 'retransmitRequest', 6)).toEqual([1000, 2000, 4000, 8000, 16000, 32000])
    expect(intervals(nonInviteClient as Machine<never>, 'start', 'retransmitRequest', 5)).toEqual([1000, 2000, 4000, 4000, 4000])
    expect(intervals(inviteServer as Machine<never>, 'sendFailure', 'retransmitResponse', 5)).toEqual([1000, 2000, 4000, 4000, 4000])
  })
})
