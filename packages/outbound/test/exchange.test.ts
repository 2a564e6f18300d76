import http from 'node:http'
import https from 'node:https'
import { expect, test } from 'vitest'
import { parseAllowList } from '../src/allow-list.ts'
import { exchange } from '../src/exchange.ts'
import { createGuard } from '../src/guard.ts'
import { startReceiver } from './receiver.ts'

test('a connection that went elsewhere than the guard admits is not used, whoever resolved the host', async () => {
  const { port, received, close } = await startReceiver((_, response) => response.end())
  const guard = createGuard(parseAllowList(''))
  const agents = { 'http:': new http.Agent(), 'https:': new https.Agent() }
  const parts = {
    ...{ guard, agents, after: () => () => undefined, limits: { dialMs: 1, headersMs: 1, bodyOctets: 1 } },
    resolver: { resolve: async () => [{ address: '127.0.0.1', family: 4 as const }] },
  }
  const message = { method: 'POST', headers: {}, body: Buffer.from('secret') }
  const sending = exchange(parts, guard.checkUrl(`http://public.test:${port}/`), message, new AbortController().signal)
  await expect(sending).rejects.toMatchObject({ rule: 'ADDRESS_REFUSED' })
  await close()
  expect(received).toEqual([])
})
