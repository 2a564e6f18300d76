import type { Customer } from '@voipbin/contracts/customer'
import type { Page } from '@voipbin/contracts/page'
import type { Command } from 'commander'
import { operate, printTable, withDataDir } from '../operator.ts'

type Flags = { readonly dataDir?: string; readonly name: string; readonly email?: string; readonly detail?: string }

export function addCustomers(program: Command): void {
  const customers = program.command('customers').description('Tenants of the platform')
  withDataDir(customers.command('create').description('Make a customer and print its id'))
    .requiredOption('--name <name>', 'Its name')
    .option('--email <address>', 'Its e-mail address')
    .option('--detail <text>', 'A note')
    .action(createCustomer)
  withDataDir(customers.command('list').description('List customers, newest first')).action(listCustomers)
  withDataDir(
    customers.command('identity <id> <status>').description('Say what is known of who a customer is: only "verified" may call out'),
  ).action(judgeIdentity)
  withDataDir(customers.command('delete <id>').description('Delete a customer and everything that it owns')).action(deleteCustomer)
}

async function createCustomer({ name, email, detail, ...flags }: Flags): Promise<void> {
  const customer = await operate<Customer>(flags, 'customer', 'createCustomer', { name, email, detail })
  process.stdout.write(`${customer.id}\n`)
}

async function listCustomers(flags: Flags): Promise<void> {
  const page = await operate<Page<Customer>>(flags, 'customer', 'listCustomers', { page_size: 1000 })
  printTable(
    page.result.map(({ id, name, status, identity_verification_status: identity, email, tm_create }) => ({
      ...{ id, name, status, identity, email, created: tm_create },
    })),
    'No customers.',
  )
}

async function judgeIdentity(id: string, status: string, flags: Flags): Promise<void> {
  const input = { id, identity_verification_status: status }
  const customer = await operate<Customer>(flags, 'customer', 'updateIdentityVerification', input)
  process.stdout.write(`Customer ${id} is ${customer.identity_verification_status}.\n`)
}

async function deleteCustomer(id: string, flags: Flags): Promise<void> {
  await operate(flags, 'customer', 'deleteCustomer', { id })
  process.stdout.write(`Deleted ${id}; what it owned is being deleted now.\n`)
}
