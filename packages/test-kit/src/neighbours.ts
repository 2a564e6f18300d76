import type { Bus, Closable } from '@voipbin/bus'
import { type Contract, type EventPayload, type EventType, eventDeclaration } from '@voipbin/contracts/contract'
import { toServiceError } from '@voipbin/contracts/errors'
import type { EventEnvelope } from '@voipbin/contracts/event'
import { formatTime } from '@voipbin/contracts/time'

type FakeAnswers = Readonly<Record<string, (input: never) => unknown>>

/** Answers in place of a service: only the methods given, no database behind them. */
export function fakeService(bus: Bus, contract: Contract, answers: FakeAnswers): Promise<Closable> {
  return bus.serve(
    contract.service,
    async (request) => {
      try {
        const answer = answers[request.method]
        if (!answer) throw new TypeError(`The fake of "${contract.service}" does not answer "${request.method}"`)
        return { output: contract.methods[request.method]?.output.parse(await answer(request.input as never)) }
      } catch (error) {
        return { error: toServiceError(error).toWire() }
      }
    },
    { concurrency: 64, commands: [] },
  )
}

/** Publishes an event as its owner would. @returns once every subscriber has applied or parked it */
export async function publishEvent<C extends Contract, E extends EventType<C>>(
  bus: Bus,
  contract: C,
  type: E,
  payload: EventPayload<C, E>,
): Promise<EventEnvelope> {
  const data = payload as Record<string, unknown>
  const event: EventEnvelope = {
    id: crypto.randomUUID(),
    time: formatTime(Date.now() * 1000),
    type,
    publisher: contract.service,
    customer_id: String(data['customer_id'] ?? ''),
    resource_id: String(data['id'] ?? ''),
    order_key: String(data[eventDeclaration(contract, type).order_key] ?? ''),
    sequence: Number(data['version'] ?? 1),
    request_id: 'req_test',
    trace: '',
    data,
  }
  await bus.publish([event])
  return event
}
