import { AsyncLocalStorage } from 'node:async_hooks'
import { ServiceError } from '@voipbin/contracts/errors'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ReplyEnvelope, RequestEnvelope } from '../src/index.ts'
import type { BusPair, OpenBuses } from './bus-pair.ts'
import { aRequest, newService, tenAtOnce } from './envelopes.ts'
import { aGate, pause, until } from './gate.ts'

const echo = async (request: RequestEnvelope): Promise<ReplyEnvelope> => ({ output: request.input })

export function describeRequests(open: OpenBuses): void {
  let buses: BusPair
  let service: string
  beforeEach(async () => {
    buses = await open()
    service = newService()
  })
  afterEach(() => buses.close())

  describe('request()', () => {
    it('copies input and output through JSON', async () => {
      const input = { when: new Date(0), gone: undefined, list: [1, { deep: true }] }
      let seen: RequestEnvelope | undefined
      await buses.two.serve(
        service,
        async (request) => {
          seen = request
          return { output: { back: request.input, gone: undefined } }
        },
        tenAtOnce,
      )
      const sent = aRequest(service, { input, operation_id: 'op', trace: 'tr' })
      const reply = await buses.one.request(sent)
      const copy = { when: '1970-01-01T00:00:00.000Z', list: [1, { deep: true }] }
      expect(seen).toStrictEqual({ ...sent, input: copy })
      expect(reply).toStrictEqual({ output: { back: copy } })
      expect(seen?.input).not.toBe(input)
    })

    it('carries large and non-ASCII text', async () => {
      await buses.two.serve(service, echo, tenAtOnce)
      const input = { text: `ü€😀 ${'x'.repeat(300_000)}` }
      expect(await buses.one.request(aRequest(service, { input }))).toStrictEqual({ output: input })
    })

    it('answers null where the handler has no output', async () => {
      await buses.two.serve(service, async () => ({ output: undefined }), tenAtOnce)
      expect(await buses.one.request(aRequest(service))).toStrictEqual({ output: null })
    })

    it('carries a service error as data', async () => {
      const error = new ServiceError('FAILED_PRECONDITION', 'QUEUE_FULL', 'Cannot join', { details: [{ size: 3 }] }).toWire()
      await buses.two.serve(service, async () => ({ error }), tenAtOnce)
      expect(await buses.one.request(aRequest(service))).toStrictEqual({ error })
    })

    it('hides what a handler throws', async () => {
      await buses.two.serve(
        service,
        async () => {
          throw new TypeError('password is 1234')
        },
        tenAtOnce,
      )
      const reply = await buses.one.request(aRequest(service))
      expect(reply).toStrictEqual({ error: { status: 'INTERNAL', reason: 'INTERNAL', message: 'Internal error' } })
    })

    it('fails at once when nobody serves', async () => {
      const started = performance.now()
      await expect(buses.one.request(aRequest(service))).rejects.toMatchObject({ name: 'TransportError', kind: 'unroutable' })
      expect(performance.now() - started).toBeLessThan(1000)
    })

    it('fails at once after the last instance has gone', async () => {
      const serving = await buses.two.serve(service, echo, tenAtOnce)
      await buses.one.request(aRequest(service))
      await serving.close()
      await expect(buses.one.request(aRequest(service))).rejects.toMatchObject({ kind: 'unroutable' })
    })

    it('ends at its deadline, and survives the late reply', async () => {
      const gate = aGate()
      await buses.two.serve(service, async () => gate.opened.then(() => ({ output: 'late' })), tenAtOnce)
      const started = Date.now()
      await expect(buses.one.request(aRequest(service, { deadline: started + 100 }))).rejects.toMatchObject({ kind: 'timeout' })
      expect(Date.now() - started).toBeLessThan(1000)
      gate.open()
      expect(await buses.one.request(aRequest(service))).toStrictEqual({ output: 'late' })
    })

    it('is not sent when its deadline has passed', async () => {
      let calls = 0
      await buses.two.serve(service, async () => ({ output: ++calls }), tenAtOnce)
      await expect(buses.one.request(aRequest(service, { deadline: Date.now() - 1 }))).rejects.toMatchObject({ kind: 'timeout' })
      expect(await buses.one.request(aRequest(service))).toStrictEqual({ output: 1 })
    })

    it('passes on that it is repeated', async () => {
      await buses.two.serve(service, async (request) => ({ output: request.repeated }), tenAtOnce)
      expect(await buses.one.request(aRequest(service))).toStrictEqual({ output: false })
      expect(await buses.one.request(aRequest(service, { repeated: true }))).toStrictEqual({ output: true })
    })

    it('does not leak the async context of the caller', async () => {
      const context = new AsyncLocalStorage<string>()
      await buses.two.serve(service, async () => ({ output: context.getStore() ?? 'none' }), tenAtOnce)
      const reply = await context.run('caller', () => buses.one.request(aRequest(service)))
      expect(reply).toStrictEqual({ output: 'none' })
    })

    it('answers many at once, each its own', async () => {
      await buses.two.serve(service, echo, tenAtOnce)
      const inputs = Array.from({ length: 500 }, (_, index) => index)
      const replies = await Promise.all(inputs.map((input) => buses.one.request(aRequest(service, { input }))))
      expect(replies).toStrictEqual(inputs.map((output) => ({ output })))
    })
  })

  describe('serve()', () => {
    it('works on no more requests at once than it may', async () => {
      const gate = aGate()
      let running = 0
      let most = 0
      const handler = async (): Promise<ReplyEnvelope> => {
        most = Math.max(most, ++running)
        await gate.opened
        running--
        return { output: null }
      }
      await buses.two.serve(service, handler, { ...tenAtOnce, concurrency: 3 })
      const methods = Array.from({ length: 12 }, (_, index) => (index % 2 ? 'getThing' : 'doThing'))
      const replies = methods.map((method) => buses.one.request(aRequest(service, { method })))
      await until(() => running === 3, 'three in hand')
      await pause(50)
      gate.open()
      await Promise.all(replies)
      expect(most).toBe(3)
    })

    it('drops a request whose deadline passed while it waited', async () => {
      const gate = aGate()
      const done: unknown[] = []
      const handler = async (request: RequestEnvelope): Promise<ReplyEnvelope> => {
        if (request.input === 'first') await gate.opened
        done.push(request.input)
        return { output: null }
      }
      await buses.two.serve(service, handler, { ...tenAtOnce, concurrency: 1 })
      // A command is off the queue when it runs, so the next request waits with the instance and not in the fabric.
      const first = buses.one.request(aRequest(service, { input: 'first', method: 'doThing' }))
      const late = buses.one.request(aRequest(service, { input: 'late', deadline: Date.now() + 100 }))
      await expect(late).rejects.toMatchObject({ kind: 'timeout' })
      gate.open()
      await first
      await buses.one.request(aRequest(service, { input: 'last' }))
      expect(done).toStrictEqual(['first', 'last'])
    })

    it('shares the work between instances', async () => {
      const calls = { one: 0, two: 0 }
      const count = (name: 'one' | 'two') => async (): Promise<ReplyEnvelope> => ({ output: ++calls[name] })
      await buses.one.serve(service, count('one'), tenAtOnce)
      await buses.two.serve(service, count('two'), tenAtOnce)
      await Promise.all(Array.from({ length: 40 }, () => buses.one.request(aRequest(service))))
      expect(calls.one + calls.two).toBe(40)
      expect(Math.min(calls.one, calls.two)).toBeGreaterThanOrEqual(10)
    })

    it('answers what it has in hand before close() resolves', async () => {
      const gate = aGate()
      let started = 0
      const handler = async (request: RequestEnvelope): Promise<ReplyEnvelope> => {
        started++
        await gate.opened
        return { output: request.input }
      }
      const serving = await buses.two.serve(service, handler, tenAtOnce)
      const replies = [1, 2, 3].map((input) => buses.one.request(aRequest(service, { input })))
      await until(() => started === 3, 'three in hand')
      let isClosed = false
      const closing = serving.close().then(() => {
        isClosed = true
      })
      await pause(50)
      expect(isClosed).toBe(false)
      gate.open()
      await closing
      expect(await Promise.all(replies)).toStrictEqual([{ output: 1 }, { output: 2 }, { output: 3 }])
    })

    it('leaves the work to the other instance after close()', async () => {
      const serving = await buses.one.serve(service, async () => ({ output: 'one' }), tenAtOnce)
      await buses.two.serve(service, async () => ({ output: 'two' }), tenAtOnce)
      await serving.close()
      const replies = await Promise.all(Array.from({ length: 10 }, () => buses.one.request(aRequest(service))))
      expect(replies).toStrictEqual(Array.from({ length: 10 }, () => ({ output: 'two' })))
    })
  })
}
