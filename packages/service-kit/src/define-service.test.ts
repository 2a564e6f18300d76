import { customerContract } from '@voipbin/contracts/customer'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { mailWith } from '../test/mail/index.ts'
import type { AnyTableService, Kit } from './define-service.ts'
import { job } from './job.ts'
import { on } from './listener.ts'
import type { Settings } from './settings.ts'

const start = (service: AnyTableService) => service.start({} as Kit<Settings>)
const effect = async () => undefined
const sweep = job('sweep', z.object({}))

describe('defineService()', () => {
  test('refuses two listeners of one name: the second would never hear anything', async () => {
    const twice = mailWith({ events: [on(customerContract, 'customer_deleted', effect), on(customerContract, 'customer_deleted', effect)] })
    await expect(start(twice)).rejects.toThrow('two listeners "customer.customer_deleted:effect"')
    const unnamed = () => async () => undefined
    const nameless = [on(customerContract, 'customer_deleted', unnamed()), on(customerContract, 'customer_deleted', unnamed())]
    await expect(start(mailWith({ events: nameless }))).rejects.toThrow('two listeners "customer.customer_deleted:"')
    const named = [on(customerContract, 'customer_deleted', effect), on(customerContract, 'customer_deleted', effect, { name: 'other' })]
    expect((await start(mailWith({ events: named }))).events).toHaveLength(2)
  })

  test('refuses two handlers of one kind of job, also where a listener brings one along', async () => {
    const events = [on(customerContract, 'customer_deleted', effect, { jobs: [sweep.inTx(effect)] })]
    await expect(start(mailWith({ events, jobs: [sweep.inTx(effect)] }))).rejects.toThrow('handles the job "sweep" twice')
  })
})
