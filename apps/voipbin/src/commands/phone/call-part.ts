import { existsSync } from 'node:fs'
import {
  type CallScript,
  describeHeard,
  type Expectation,
  observe,
  type PhoneCall,
  parseExpectation,
  type Source,
  toneSource,
  wavSource,
} from '@voipbin/phone'
import { OperatorError } from '../../operator.ts'
import { numberOf, secondsOf, textOf } from './flags.ts'
import { say } from './show.ts'
import { speak } from './speak.ts'

export type CallFlags = {
  readonly play?: string
  readonly say?: string
  readonly tone?: string | true
  readonly digits?: string
  readonly info?: boolean
  readonly record?: string
  readonly duration?: string
  readonly expect?: readonly string[]
}

/** What the phone does in the call, and what must come of it. */
export type CallPart = { readonly script: CallScript; readonly expectations: readonly Expectation[] }

const DEFAULT_TONE_HZ = 440

/** Reads the flags of a call before anything is dialled. @throws OperatorError naming the flag that is wrong */
export async function callPart(flags: CallFlags, signal: AbortSignal): Promise<CallPart> {
  const expectations = (flags.expect ?? []).map(parseExpectation)
  if (flags.digits !== undefined && !/^[0-9*#A-D,]+$/.test(flags.digits))
    throw new OperatorError(`Cannot send --digits "${flags.digits}": write 0-9, *, #, A-D, and commas to wait`)
  const source = await sourceOf(flags)
  const script: CallScript = {
    signal,
    ...(source && { source }),
    ...(flags.digits !== undefined && { digits: flags.digits }),
    ...(flags.info && { digitMethod: 'info' as const }),
    ...(flags.duration !== undefined && { durationMs: secondsOf('--duration', flags.duration) }),
  }
  return { script, expectations }
}

async function sourceOf({ play, say: text, tone }: CallFlags): Promise<Source | undefined> {
  if ([play, text, tone].filter((each) => each !== undefined).length > 1)
    throw new OperatorError('Choose one of --play, --say and --tone: a phone says one thing at a time')
  if (tone !== undefined) return toneSource([tone === true ? DEFAULT_TONE_HZ : numberOf('--tone', tone)])
  const file = text === undefined ? play : await speak(text)
  if (file === undefined) return undefined
  if (!existsSync(file)) throw new OperatorError(`Cannot play "${file}": there is no such file`)
  try {
    return wavSource(file)
  } catch (error) {
    throw new OperatorError(`Cannot play "${file}": ${textOf(error)}`, { cause: error })
  }
}

/** Writes down what was heard, and judges the call. @throws OperatorError with all that was expected and is not so */
export function concludeCall(call: PhoneCall, flags: CallFlags, { expectations }: CallPart): void {
  const observed = observe(call)
  if (call.isAnswered) say(`Talked for ${(observed.talkedMs / 1000).toFixed(1)} s; ${describeHeard(observed.heard)}${describeCounts(call)}`)
  if (observed.digits !== '') say(`Digits heard: ${observed.digits}`)
  if (flags.record !== undefined && observed.heard.durationMs > 0) {
    call.audio.heard.save(flags.record)
    say(`What was heard is in ${flags.record}`)
  }
  const failures: string[] = []
  for (const { text, judge } of expectations) {
    const instead = judge(observed)
    say(instead === undefined ? `ok    ${text}` : `BAD   ${text}: ${instead}`)
    if (instead !== undefined) failures.push(`expected ${text}, but ${instead}`)
  }
  if (failures.length > 0) throw new OperatorError(failures.join('; '))
  if (expectations.length === 0 && !call.isAnswered)
    throw new OperatorError(`The call was not answered: ${call.ended?.text ?? 'it goes on'}`)
}

function describeCounts({ audio }: PhoneCall): string {
  const { packets, lost } = audio.received.counts
  return `; ${packets} packets came, ${lost} were lost, ${audio.packetsSent} went out`
}
