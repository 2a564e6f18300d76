import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSchema, openEngine } from '@voipbin/sql'
import { expect, test } from 'vitest'
import { up as createCustomers } from '../src/migrations/0001-create-customers.ts'
import { startCustomers } from './customer-system.ts'

const time = '2026-01-01T00:00:00.000000Z'
const rows = ['Acme@Example.com', 'Acme@Example.com', ''].map((email, n) => [`00000000-0000-4000-8000-00000000000${n}`, email] as const)

test('customers from before there were profiles keep working, also where two had one address', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'voipbin-customer-'))
  const engine = await openEngine({ url: 'sqlite:', dataFolder: dataDir, service: 'customer', poolSize: 1, synchronous: 'NORMAL' })
  await engine.withSession(async (connection) => {
    await createCustomers(createSchema(connection))
    for (const [id, email] of rows) {
      const columns = 'id, customer_id, name, detail, email, status, tm_create, version'
      await connection.run(`insert into customer_customers (${columns}) values (?, ?, ?, '', ?, 'active', ?, 1)`, [
        id,
        id,
        'old',
        email,
        time,
      ])
    }
  })
  await engine.close()
  const it = await startCustomers('sqlite:', dataDir)
  const [[id]] = rows as [(typeof rows)[0]]
  expect(await it.customer.getCustomer({ id })).toMatchObject({ name: 'old', metadata: { rtp_debug: false }, email_verified: false })
  expect(await it.customer.updateCustomer({ id, detail: 'new' })).toMatchObject({ detail: 'new', version: 2 })
  expect((await it.customer.listCustomers({})).result).toHaveLength(3)
  await it.close()
})
