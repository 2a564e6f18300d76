import type { Accesskey, Customer } from '@voipbin/contracts/customer'
import type { Page } from '@voipbin/contracts/page'
import type { Command } from 'commander'
import { OperatorError, operate, printTable, withDataDir } from '../operator.ts'

type Flags = { readonly dataDir?: string; readonly customer?: string; readonly name?: string; readonly days?: string }

const YEAR_DAYS = '365'

export function addKeys(program: Command): void {
  const keys = program.command('keys').description('Access keys of customers')
  withDataDir(keys.command('create').description('Make an access key and show it once'))
    .option('--customer <id>', 'The customer; needed where there are several')
    .option('--name <name>', 'What a person calls it', 'operator')
    .option('--days <days>', 'Days until it expires', YEAR_DAYS)
    .action(createKey)
  withDataDir(keys.command('list').description('List access keys'))
    .option('--customer <id>', 'The customer; needed where there are several')
    .action(listKeys)
  withDataDir(keys.command('revoke <id>').description('Revoke an access key')).action(revokeKey)
}

async function createKey(flags: Flags): Promise<void> {
  const days = Number(flags.days)
  if (!Number.isFinite(days) || days <= 0) throw new OperatorError(`Cannot make the key: --days "${flags.days}" is no positive number`)
  const input = { customer_id: await customerOf(flags), name: flags.name, expire: Math.ceil(days * 86_400) }
  const key = await operate<Accesskey & { token: string }>(flags, 'customer', 'createAccesskey', input)
  process.stdout.write(`${key.token}\n`)
  process.stderr.write(`Key ${key.id} of customer ${key.customer_id}, valid until ${key.tm_expire}. It is not shown again.\n`)
}

async function listKeys(flags: Flags): Promise<void> {
  const page = await operate<Page<Accesskey>>(flags, 'customer', 'listAccesskeys', {
    customer_id: await customerOf(flags),
    page_size: 1000,
  })
  const rows = page.result.map(({ id, name, token_prefix, tm_create, tm_expire }) => ({
    id,
    name,
    prefix: token_prefix,
    created: tm_create,
    expires: tm_expire ?? 'never',
  }))
  printTable(rows, 'No access keys.')
}

async function revokeKey(id: string, flags: Flags): Promise<void> {
  await operate(flags, 'customer', 'deleteAccesskey', { id })
  process.stdout.write(`Revoked ${id}.\n`)
}

/** The customer named, or the only one. */
async function customerOf(flags: Flags): Promise<string> {
  if (flags.customer) return flags.customer
  const { result } = await operate<Page<Customer>>(flags, 'customer', 'listCustomers', { page_size: 2 })
  const [only] = result
  if (!only || result.length > 1)
    throw new OperatorError('There are several customers: name one with --customer (see "voipbin customers list")')
  return only.id
}
