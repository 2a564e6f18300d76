import * as sip from '../src/index.ts'
import { mutant, seededRandom } from './mutants.ts'

const fields = Object.values<unknown>(sip).filter(isField)

function isField(value: unknown): value is sip.HeaderField<unknown> {
  return typeof value === 'object' && value !== null && 'shape' in value && 'parse' in value
}

export type FuzzReport = {
  readonly mutants: number
  readonly messages: number
  readonly malformed: number
  readonly answered: number
  readonly slowestMs: number
  readonly heapGrowthBytes: number
}

/**
 * Parses seeded mutants as datagrams and, split at random, as a stream; reads every header, answers what is malformed and writes what
 * is not. Throws where a parser throws, where what we write we cannot read, or where one mutant takes longer than a second.
 */
export function fuzz(mutants: number, seed = 4475): FuzzReport {
  const random = seededRandom(seed)
  let messages = 0
  let malformed = 0
  let answered = 0
  let slowestMs = 0
  collect()
  const heapBefore = process.memoryUsage().heapUsed
  for (let number = 0; number < mutants; number++) {
    const octets = mutant(random)
    const started = performance.now()
    try {
      const received = sip.parseDatagram(octets)
      if (received.kind === 'malformed') {
        malformed++
        if (sip.answerMalformed(received, 'tag')) answered++
      } else if (received.kind !== 'keep-alive') {
        messages++
        readEverything(received)
      }
      pushInPieces(octets, random)
    } catch (cause) {
      throw new Error(`Mutant ${number} of seed ${seed}: ${cause}\n${JSON.stringify(octets.toString('latin1'))}`, { cause })
    }
    slowestMs = Math.max(slowestMs, performance.now() - started)
  }
  if (slowestMs > 1_000) throw new Error(`A mutant of seed ${seed} took ${slowestMs} ms`)
  collect()
  return { mutants, messages, malformed, answered, slowestMs, heapGrowthBytes: process.memoryUsage().heapUsed - heapBefore }
}

function readEverything(message: sip.SipMessage): void {
  for (const field of fields) for (const value of message.headers.all(field) ?? []) field.format(value)
  const again = sip.parseDatagram(sip.serialise(message))
  if (again.kind !== message.kind) throw new Error(`written as ${again.kind}: ${again.kind === 'malformed' ? again.reason : ''}`)
  if (message.kind === 'request') {
    sip.serialise(sip.createAck(message, sip.createResponse(message, 486, { toTag: 'x' })))
    sip.isSameUri(message.uri, message.headers.one(sip.toHeader)?.uri ?? message.uri)
  }
}

function pushInPieces(octets: Buffer, random: (below: number) => number): void {
  const framer = new sip.StreamFramer()
  for (let at = 0; at < octets.length; ) {
    const next = at + 1 + random(400)
    for (const { received } of framer.push(octets.subarray(at, next)))
      if (received.kind === 'malformed') sip.answerMalformed(received, 'tag')
    at = next
  }
}

function collect(): void {
  ;(globalThis as { gc?: () => void }).gc?.()
}

/** `node --expose-gc packages/sip/test/fuzz.ts [mutants] [seed]` */
if (import.meta.main) {
  const [mutants = '100000', seed = '4475'] = process.argv.slice(2)
  const started = performance.now()
  const report = fuzz(Number(mutants), Number(seed))
  process.stdout.write(`${JSON.stringify({ ...report, seconds: (performance.now() - started) / 1_000 })}\n`)
}
