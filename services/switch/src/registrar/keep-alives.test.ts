import type { Flow } from '@voipbin/sip'
import { createFakeClock } from '@voipbin/test-kit'
import { expect, test } from 'vitest'
import { KeepAlives } from './keep-alives.ts'

const flow = (port: number): Flow => ({
  ...{ protocol: 'UDP', listener: 'lan', connection: 0 },
  ...{ local: { host: '192.0.2.1', port: 5060 }, remote: { host: '192.0.2.7', port } },
})

test('KeepAlives ping each flow once an interval, spread, until its binding is over', async () => {
  const clock = createFakeClock()
  const sent: string[] = []
  const keepAlives = new KeepAlives({
    scheduler: clock,
    now: clock.now,
    intervalSeconds: 5,
    send: ({ remote }) => sent.push(`${(clock.now() - start) / 1_000}:${remote.port}`),
  })
  const start = clock.now()
  for (const port of [1, 2, 3]) keepAlives.keep(`f${port}`, flow(port), start + 7_500)
  keepAlives.keep('f1', flow(1), start + 11_000)
  await clock.advance(5_000)
  expect(sent).toEqual(['1:2', '2:3', '5:1'])
  await clock.advance(10_000)
  expect(sent.slice(3)).toEqual(['6:2', '7:3', '10:1'])
  expect(keepAlives.size).toBe(0)
  keepAlives.keep('f4', flow(4), clock.now() + 60_000)
  keepAlives.release('f4')
  keepAlives.close()
  await clock.advance(20_000)
  expect(sent).toHaveLength(6)
})
