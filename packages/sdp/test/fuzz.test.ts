import { expect, it } from 'vitest'
import { answerOffer, createOffer, type LocalMedia, PCMA, PCMU, parseSdp, readAnswer, serialiseSdp } from '../src/index.ts'
import { bodies } from './bodies.ts'
import { mutant, seededRandom } from './mutants.ts'

const local: LocalMedia = { address: '192.0.2.1', port: 10_000, codecs: [PCMU, PCMA], hasRtcpMux: true }

it('5 000 mutants: none throws, what is read is written back, every answer fits its offer', () => {
  const random = seededRandom(8866)
  const counts = { malformed: 0, refused: 0, answered: 0, read: 0 }
  const offer = createOffer(local, { sessionId: '1' })
  for (let number = 0; number < 5_000; number++) {
    const text = mutant(Object.values(bodies), random)
    const session = parseSdp(Buffer.from(text))
    if (session.kind === 'malformed') {
      counts.malformed++
      expect(session.line).toBeGreaterThan(0)
      continue
    }
    expect(parseSdp(serialiseSdp(session)), `mutant ${number}: ${JSON.stringify(text)}`).toEqual(session)
    const answered = answerOffer(session, local, { sessionId: '2' })
    const read = readAnswer(offer, session)
    if (!('kind' in read)) counts.read++
    if (answered.kind === 'refused') {
      counts.refused++
      continue
    }
    counts.answered++
    expect(answered.answer.media).toHaveLength(session.media.length)
    expect(parseSdp(serialiseSdp(answered.answer))).toEqual(answered.answer)
    // Offerer and answerer must come to the same codec and opposite directions.
    const seen = readAnswer(session, answered.answer)
    if (answered.media.mediaIndex !== session.media.findIndex(({ kind, port }) => kind === 'audio' && port > 0)) continue
    expect(seen).toMatchObject({ codecs: [{ name: answered.media.codecs[0].name }], remote: { address: '192.0.2.1', port: 10_000 } })
  }
  expect(counts.malformed).toBeGreaterThan(300)
  expect(counts.refused).toBeGreaterThan(200)
  expect(counts.answered).toBeGreaterThan(1_000)
  expect(counts.read).toBeGreaterThan(1_000)
})
