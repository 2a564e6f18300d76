import { expect, test } from 'vitest'
import { z } from 'zod'
import { job } from './job.ts'
import { createJobHands } from './job-hands.ts'

const outside = async () => undefined
const slow = job('slow', z.object({}), { hands: 2 }).outside(outside)
const other = job('other', z.object({})).outside(outside)

test('a kind with hands of its own is full by itself, and tells when it no longer is', async () => {
  let freed = 0
  const handlers = new Map([slow, other].map((handler) => [handler.kind, handler]))
  const hands = createJobHands(handlers, () => freed++)
  const work = [1, 2].map(() => Promise.withResolvers<void>())
  for (const { promise } of work) hands.start('slow', () => promise)
  expect(hands.fullKinds()).toEqual(['slow'])
  for (let n = 0; n < 64; n++) hands.start('other', () => Promise.all(work.map(({ promise }) => promise)).then(() => undefined))
  expect(hands.fullKinds()).toEqual(['slow', 'other'])
  work[0]?.resolve()
  await work[0]?.promise
  await new Promise((resolve) => setImmediate(resolve))
  expect(hands.fullKinds()).toEqual(['other'])
  expect(freed).toBe(1)
  work[1]?.resolve()
  await hands.idle()
  expect(hands.fullKinds()).toEqual([])
})

test('of jobs that are due, those fit for which a hand is free, each sort by itself', async () => {
  const handlers = new Map([slow, other].map((handler) => [handler.kind, handler]))
  const hands = createJobHands(handlers, () => undefined)
  const work = Promise.withResolvers<void>()
  hands.start('slow', () => work.promise)
  const due = ['slow', 'other', 'slow', 'other'].map((kind, place) => ({ kind, place }))
  expect(hands.fitting(due).map(({ place }) => place)).toEqual([0, 1, 3])
  work.resolve()
  await hands.idle()
  expect(hands.fitting(due)).toHaveLength(4)
})
