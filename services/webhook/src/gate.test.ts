import { createFakeClock } from '@voipbin/test-kit'
import { describe, expect, test } from 'vitest'
import { createGate, type Pass, type Refusal } from './gate.ts'

const clock = () => createFakeClock()
const isPass = (entry: Pass | Refusal): entry is Pass => 'leave' in entry
const passOf = async (entering: Promise<Pass | Refusal>): Promise<Pass> => {
  const entry = await entering
  if (!isPass(entry)) throw new Error(`put off for ${entry.putOffMs} ms`)
  return entry
}

describe('gate', () => {
  test('lets 24 in to one destination; the next takes the place of one that leaves', async () => {
    const gate = createGate(clock())
    const passes = await Promise.all(Array.from({ length: 24 }, () => passOf(gate.enter('a'))))
    let next: Pass | Refusal | undefined
    const waiting = gate.enter('a').then((entry) => {
      next = entry
    })
    await Promise.resolve()
    expect(next).toBeUndefined()
    passes[0]?.leave('answered')
    passes[0]?.leave('answered')
    await waiting
    expect(next && isPass(next)).toBe(true)
    expect(gate.underWay()).toBe(24)
  })

  test('one destination being full keeps nobody from another', async () => {
    const gate = createGate(clock())
    for (let n = 0; n < 24; n++) await gate.enter('a')
    for (let n = 0; n < 24; n++) expect(isPass(await gate.enter('b'))).toBe(true)
  })

  test('who waits longer than a second, or finds no room to wait, is told when to come back, one after the other', async () => {
    const time = clock()
    const gate = createGate(time)
    for (let n = 0; n < 24; n++) await gate.enter('a')
    const waiting = Array.from({ length: 64 }, () => gate.enter('a'))
    const beyond = await Promise.all([gate.enter('a'), gate.enter('a'), gate.enter('a')])
    expect(beyond).toEqual([{ putOffMs: 1001 }, { putOffMs: 1002 }, { putOffMs: 1003 }])
    await time.advance(1000)
    const entries = await Promise.all(waiting)
    expect(entries.every((entry) => !isPass(entry))).toBe(true)
    expect(new Set(entries.map((entry) => ('putOffMs' in entry ? entry.putOffMs : 0))).size).toBe(64)
  })

  test('after a time-out one request at a time goes there, until it answers', async () => {
    const gate = createGate(clock())
    const passes = await Promise.all(Array.from({ length: 24 }, () => passOf(gate.enter('a'))))
    const waiting = gate.enter('a')
    for (const pass of passes) pass.leave('timed out')
    expect(isPass(await waiting)).toBe(false)
    const probe = await passOf(gate.enter('a'))
    expect(isPass(await gate.enter('a'))).toBe(false)
    probe.leave('other')
    const second = await passOf(gate.enter('a'))
    expect(isPass(await gate.enter('a'))).toBe(false)
    second.leave('answered')
    for (let n = 0; n < 24; n++) expect(isPass(await gate.enter('a'))).toBe(true)
  })

  test('turns come at the pace of the destination: of its answers, and of what has been under way for longer', async () => {
    const time = clock()
    const gate = createGate(time)
    const first = await passOf(gate.enter('a'))
    for (let n = 0; n < 23; n++) await gate.enter('a')
    for (let n = 0; n < 64; n++) gate.enter('a').catch(() => undefined)
    const turns = async () =>
      (await Promise.all([gate.enter('a'), gate.enter('a')])).map((entry) => ('putOffMs' in entry ? Math.round(entry.putOffMs) : 0))
    expect(await turns()).toEqual([1001, 1002])
    await time.advance(400)
    expect(await turns()).toEqual([1017, 1033])
    await time.advance(500)
    expect(await turns()).toEqual([1038, 1075])
    first.leave('answered')
    expect(gate.underWay()).toBe(24)
  })

  test('closed, it lets nobody in and waits for who is inside', async () => {
    const gate = createGate(clock())
    const passes = await Promise.all(Array.from({ length: 24 }, () => passOf(gate.enter('a'))))
    const waiting = gate.enter('a')
    let isClosed = false
    const closing = gate.close().then(() => {
      isClosed = true
    })
    expect(isPass(await waiting)).toBe(false)
    expect(isPass(await gate.enter('b'))).toBe(false)
    expect(isClosed).toBe(false)
    for (const pass of passes) pass.leave('other')
    await closing
    await createGate(clock()).close()
  })
})
