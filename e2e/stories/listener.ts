import { setTimeout as pause } from 'node:timers/promises'
import type { Contract } from '@voipbin/contracts/contract'
import { type DeadLetter, kernelDeclarations } from '@voipbin/service-kit'
import { expect, test } from 'vitest'
import { expectConsistent } from '../checker.ts'
import type { Kept } from '../journal.ts'
import { CUSTOMER_ID, keep } from '../load.ts'
import { insist, operateOnce, untilAcknowledged } from '../operate.ts'
import { type Scene, underLoad, until } from '../scene.ts'
import { accountContract } from '../services/account/contract.ts'
import { ledgerContract } from '../services/ledger/contract.ts'

const CHANGES = 5
const POISONED = 2

/** Ends after the listener's last try, a good minute later: stories in between run while it waits. */
export type Forever = { begin(): void; end(): void }

export function listenerStories(scene: Scene): void {
  test('a listener that throws for a while holds up its key and no other', async () => {
    const { world, journal } = scene
    await underLoad(scene, async () => {
      const kept = await poisonedAccount(scene)
      const other = keep(journal, 'account_accounts', await openAccount(scene))
      await until(async () => (await applied(scene, other.id)).length === 1, 'the other key to flow on', 5000)
      await pause(1500)
      expect(await applied(scene, kept.id)).toEqual([1])
      await insist(world, ledgerContract, 'heal', { id: kept.id, sequence: POISONED })
      await until(async () => (await applied(scene, kept.id)).length === CHANGES, 'the key to catch up')
    })
  })
}

/** An event that is never applied, and a durable command that is refused for good. */
export function deadLetterStories(scene: Scene): Forever {
  let kept: Kept | undefined
  return {
    begin: () =>
      test('a listener begins to throw for ever', async () => {
        kept = await poisonedAccount(scene)
        scene.journal.held.add(kept.id)
      }),
    end: () => {
      test('what a listener threw at for ever is dead, listed, and its key went on', { timeout: 120_000 }, async () => {
        const { id } = kept ?? { id: '' }
        await until(async () => (await applied(scene, id)).length === CHANGES - 1, 'the key to go on without the dead event', 100_000)
        scene.journal.held.delete(id)
        scene.journal.dead.set(`${id} ${POISONED}`, 'dead')
        expect(await applied(scene, id)).toEqual([1, 3, 4, 5])
        expect(await deadLetters(scene, ledgerContract)).toMatchObject([
          { name: expect.stringMatching(/^event:/), subject: `account_changed ${id}`, error: expect.stringContaining('is poisoned') },
        ])
        await expectConsistent(scene.world, scene.journal)
      })

      test('a dead event is replayed once its cause is mended', async () => {
        const { world, journal } = scene
        const { id } = kept ?? { id: '' }
        await insist(world, ledgerContract, 'heal', { id, sequence: POISONED })
        await replay(scene, ledgerContract)
        journal.dead.set(`${id} ${POISONED}`, 'replayed')
        await until(async () => (await applied(scene, id)).length === CHANGES, 'the replayed event')
        expect(await deadLetters(scene, ledgerContract)).toEqual([])
        await expectConsistent(world, journal)
      })

      test('a durable command that is refused is dead at once, listed and replayed', () => refusedCommand(scene))
    },
  }
}

async function refusedCommand(scene: Scene): Promise<void> {
  const { world, journal } = scene
  const transfer = { transfer_id: crypto.randomUUID(), amount: 7 }
  const kept = keep(journal, 'account_accounts', await openAccount(scene))
  await insist(world, ledgerContract, 'poison', { id: transfer.transfer_id, sequence: 0 })
  await insist(world, accountContract, 'transfer', { id: kept.id, ...transfer })
  kept.version++
  await until(async () => (await deadLetters(scene, accountContract)).length === 1, 'the dead command')
  expect(await deadLetters(scene, accountContract)).toMatchObject([
    { name: expect.stringMatching(/^job:/), what: 'request', error: expect.stringContaining('Cannot book') },
  ])
  await insist(world, ledgerContract, 'heal', { id: transfer.transfer_id, sequence: 0 })
  await replay(scene, accountContract)
  journal.transfers.set(transfer.transfer_id, { accountId: kept.id, amount: transfer.amount })
  await expectConsistent(world, journal)
  expect(await deadLetters(scene, accountContract)).toEqual([])
}

const openAccount = async ({ world }: Scene) =>
  (await insist(world, accountContract, 'openAccount', { customer_id: CUSTOMER_ID, name: 'new' })).id

/** An account with five versions at whose second the ledger throws. */
async function poisonedAccount(scene: Scene): Promise<Kept> {
  const { world, journal } = scene
  const kept = keep(journal, 'account_accounts', await openAccount(scene))
  await insist(world, ledgerContract, 'poison', { id: kept.id, sequence: POISONED })
  while (kept.version < CHANGES) {
    const name = `version ${kept.version + 1}`
    await insist(world, accountContract, 'changeAccount', { id: kept.id, name })
    Object.assign(kept, { name, version: kept.version + 1 })
  }
  return kept
}

/** The versions of a resource that the ledger heard of, in the order in which it did. */
async function applied({ world }: Scene, id: string): Promise<number[]> {
  const rows = await world.query('ledger', 'select sequence from ledger_applied where resource_id = ? order by position', [id])
  return rows.map((row) => Number(row['sequence']))
}

export async function deadLetters({ world }: Pick<Scene, 'world'>, { service }: Contract): Promise<DeadLetter[]> {
  const command = { service, method: 'kernel.listDeadLetters', input: {} }
  const output = await untilAcknowledged('the list of dead letters', (key) => operateOnce(world, command, key))
  return kernelDeclarations['kernel.listDeadLetters'].output.parse(output).result
}

async function replay({ world }: Scene, { service }: Contract): Promise<void> {
  const command = { service, method: 'kernel.replayDeadLetters', input: { names: 'all' } }
  expect(await untilAcknowledged('the replay', (key) => operateOnce(world, command, key))).toEqual({ replayed: 1 })
}
