import { expect, it } from 'vitest'
import { Heard } from '../audio/heard.ts'
import { toneSource } from '../audio/sources.ts'
import { type Observed, parseExpectation } from './expectation.ts'

function heardTone(frequency: number | undefined, ms = 1_000): Heard {
  const heard = new Heard()
  const samples = new Int16Array(8 * ms)
  if (frequency !== undefined) toneSource([frequency]).read(samples)
  heard.write(0, samples)
  return heard
}

const aCall = (fields: Partial<Observed> = {}): Observed => ({
  ...{ heard: heardTone(440), digits: '12#', codec: 'PCMU', events: [{ type: 'answered' }], talkedMs: 3_000 },
  ended: { by: 'remote', status: 0, reason: '', text: 'the other party hung up' },
  ...fields,
})
const rejected = { ended: { by: 'remote', status: 486, reason: '', text: '486 Busy Here' }, events: [] } as const

it.each([
  ['tone=440', aCall()],
  ['digits=12#', aCall()],
  ['sound', aCall()],
  ['silence', aCall({ heard: heardTone(undefined) })],
  ['silence', aCall({ heard: new Heard() })],
  ['answered', aCall()],
  ['codec=pcmu', aCall()],
  ['status=486', aCall(rejected)],
  ['ended=remote', aCall()],
  ['duration=3', aCall()],
  ['duration=2.5-3.5', aCall()],
])('%s is met', (text, call) => {
  expect(parseExpectation(text).judge(call)).toBeUndefined()
})

it.each([
  ['tone=500', aCall(), 'a tone of 440 Hz at -13 dB was the loudest in 1.0 s'],
  ['tone=440', aCall({ heard: new Heard() }), 'nothing was heard: no audio came'],
  ['tone=440', aCall({ heard: heardTone(undefined) }), '1.0 s of silence were heard'],
  ['digits=1', aCall(), 'the digits heard were "12#"'],
  ['silence', aCall(), 'a tone of 440 Hz at -13 dB was the loudest in 1.0 s'],
  ['sound', aCall({ heard: new Heard() }), 'nothing was heard: no audio came'],
  ['answered', aCall(rejected), 'it was ended by remote: 486 Busy Here'],
  ['early', aCall(), 'nothing was to be heard before the answer'],
  ['held', aCall(), 'nobody put it on hold'],
  ['codec=PCMA', aCall(), 'the codec was "PCMU"'],
  ['status=404', aCall(rejected), 'it was ended by remote: 486 Busy Here'],
  ['ended=local', aCall(), 'it was ended by remote: the other party hung up'],
  ['duration=4', aCall(), 'it lasted 3.0 s'],
  ['duration=1-2', aCall(), 'it lasted 3.0 s'],
])('%s is not met, and it says what was instead', (text, call, instead) => {
  expect(parseExpectation(text).judge(call)).toBe(instead)
})

it.each(['tone', 'tone=high', 'digits=', 'colour=red', 'silence=loud', 'duration=soon', '__proto__=1'])('%s cannot be expected', (text) => {
  expect(() => parseExpectation(text)).toThrow(/^Cannot expect ".*": write one of tone=HZ/)
})
