import { describe, expect, test } from 'vitest'
import { type Caller, stranger } from './caller.ts'
import { createRecentCallers, type Known } from './recent-callers.ts'

const caller: Caller = stranger
const never = Number.POSITIVE_INFINITY
const known = (keyId: string): Known => ({ caller, keyId, expiresAtMs: never })

describe('createRecentCallers()', () => {
  test('strangers’ guesses displace nobody', async () => {
    const looked: string[] = []
    const recent = createRecentCallers({
      ...{ now: () => 0, maxRemembered: 10 },
      async look(credential) {
        looked.push(credential)
        return credential === 'good' ? known('k') : undefined
      },
    })
    await recent.of('good')
    for (let guess = 0; guess < 100; guess++) expect(await recent.of(`guess-${guess}`)).toBeUndefined()
    expect(await recent.of('good')).toBe(caller)
    expect(looked.filter((credential) => credential === 'good')).toHaveLength(1)
  })

  test('remembers a bounded number, the newest', async () => {
    let looks = 0
    const recent = createRecentCallers({
      ...{ now: () => 0, maxRemembered: 10 },
      async look(credential) {
        looks++
        return known(credential)
      },
    })
    for (let key = 0; key < 100; key++) await recent.of(`key-${key}`)
    looks = 0
    for (let key = 99; key >= 95; key--) await recent.of(`key-${key}`)
    expect(looks).toBe(0)
    for (let key = 0; key < 90; key++) await recent.of(`key-${key}`)
    expect(looks).toBe(90)
  })

  test('an answer that was on its way when the key was revoked is not remembered', async () => {
    const answers = [Promise.withResolvers<Known | undefined>(), Promise.withResolvers<Known | undefined>()]
    let looks = 0
    const recent = createRecentCallers({ now: () => 0, look: () => answers[looks++]?.promise ?? Promise.resolve(undefined) })
    const before = recent.of('key')
    recent.forget(({ keyId }) => keyId === 'k')
    const after = recent.of('key')
    expect(looks).toBe(2)
    answers[1]?.resolve(undefined)
    expect(await after).toBeUndefined()
    answers[0]?.resolve(known('k'))
    await before
    expect(await recent.of('key')).toBeUndefined()
  })

  test('a credential that was unknown is looked up again once there is a new one', async () => {
    const made = new Set<string>()
    const recent = createRecentCallers({ now: () => 0, look: async (credential) => (made.has(credential) ? known('k') : undefined) })
    expect(await recent.of('key')).toBeUndefined()
    made.add('key')
    expect(await recent.of('key')).toBeUndefined()
    recent.forgetUnknown()
    expect(await recent.of('key')).toBe(caller)
  })

  test('a failed lookup is tried again', async () => {
    let looks = 0
    const recent = createRecentCallers({
      now: () => 0,
      async look() {
        if (looks++ === 0) throw new Error('away')
        return known('k')
      },
    })
    await expect(recent.of('key')).rejects.toThrow('away')
    expect(await recent.of('key')).toBe(caller)
  })
})
