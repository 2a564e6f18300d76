import { MessageChannel } from 'node:worker_threads'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Bus, createLocalBus, createPortBus, type LentBus, lendBus, TransportError } from '../src/index.ts'
import { describeBus } from './bus-conformance.ts'
import { aRequest, newService, tenAtOnce } from './envelopes.ts'
import { aGate, until } from './gate.ts'

/** Two threads that are lent one bus. A port carries what another thread would, in the same way. */
function lend(bus: Bus) {
  const { port1, port2 } = new MessageChannel()
  return { lent: lendBus(bus, port1), borrowed: createPortBus(port2), close: () => port1.close() }
}

describeBus('bus of another thread', async () => {
  const bus = createLocalBus()
  const [one, two] = [lend(bus), lend(bus)]
  return {
    one: one.borrowed,
    two: two.borrowed,
    async close() {
      await Promise.all([one.borrowed.close(), two.borrowed.close()])
      await bus.close()
      for (const side of [one, two]) side.close()
    },
  }
})

describeBus('bus that another thread is lent', async () => {
  const bus = createLocalBus()
  const two = lend(bus)
  return {
    one: bus,
    two: two.borrowed,
    async close() {
      await two.borrowed.close()
      await bus.close()
      two.close()
    },
  }
})

describe('a thread that is gone', () => {
  let bus: Bus
  let side: { lent: LentBus; borrowed: Bus; close(): void }
  beforeEach(() => {
    bus = createLocalBus()
    side = lend(bus)
  })
  afterEach(async () => {
    await bus.close()
    side.close()
  })

  it('is asked nothing any more, and what it had in hand fails', async () => {
    const service = newService()
    const gate = aGate()
    let isInHand = false
    await side.borrowed.serve(
      service,
      async () => {
        isInHand = true
        await gate.opened
        return { output: 1 }
      },
      tenAtOnce,
    )
    const asked = bus.request(aRequest(service))
    await until(() => isInHand, 'in hand')
    await side.lent.takeBack(new TransportError('closed', 'The thread is gone'))
    await expect(asked).resolves.toMatchObject({ error: { message: expect.any(String) } })
    await expect(bus.request(aRequest(service))).rejects.toMatchObject({ kind: 'unroutable' })
    gate.open()
  })

  it('tells who asks of it what came of it at the other end', async () => {
    await expect(side.borrowed.request(aRequest(newService()))).rejects.toMatchObject({ name: 'TransportError', kind: 'unroutable' })
    await bus.close()
    await expect(side.borrowed.ping()).rejects.toMatchObject({ name: 'TransportError', kind: 'closed' })
  })
})
