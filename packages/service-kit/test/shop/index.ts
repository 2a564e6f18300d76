import {
  type Answer,
  type AnyTableService,
  defineService,
  type JobHandler,
  type Kit,
  type Listener,
  type Watch,
} from '@voipbin/service-kit'
import { entityTable } from '@voipbin/sql'
import { order, type Shop, shopContract } from './contract.ts'

export const orders = entityTable(shopContract, 'shop_orders', order)

type Work = {
  readonly ask: Answer<Shop, 'ask'>
  readonly change: Answer<Shop, 'change'>
  readonly act: Answer<Shop, 'act'>
  readonly buy: Answer<Shop, 'buy'>
  readonly linger: Answer<Shop, 'linger'>
  readonly createOrder: Answer<Shop, 'createOrder'>
}
type Extras = { readonly events?: readonly Listener[]; readonly jobs?: readonly JobHandler[]; readonly watches?: readonly Watch[] }
type Custom = Partial<Work> & Extras

const echo = async (_: unknown, input: { text: string }) => input

/** The shop, with what a test wants to be different. */
export function shopWith(custom: Custom | ((kit: Kit<Record<string, never>>) => Custom) = {}): AnyTableService {
  return defineService({
    contract: shopContract,
    folder: import.meta,
    start: (kit) => {
      const { events = [], jobs = [], watches = [], ...work } = typeof custom === 'function' ? custom(kit) : custom
      return { methods: { ...methods, ...work }, events, jobs, watches }
    },
  })
}

const methods: { [M in keyof Shop['methods'] & string]: Answer<Shop, M> } = {
  getOrder: (read, { id }) => orders.get(read, id),
  listOrders: (read, page) => orders.list(read, page),
  createOrder: (tx, fields) => orders.insert(tx, 'order_created', { ...fields, pin: '1234' }),
  changeOrder: async (tx, { id, ...fields }) => orders.update(tx, 'order_changed', await orders.get(tx, id), fields),
  deleteOrder: async (tx, { id }) => orders.remove(tx, 'order_deleted', await orders.get(tx, id)),
  revealPin: async (tx, { id }) => orders.update(tx, 'order_changed', await orders.get(tx, id), { pin: '9876' }),
  ask: echo,
  change: echo,
  act: echo,
  buy: (ctx, fields) => ctx.transaction((tx) => orders.insert(tx, 'order_created', { ...fields, pin: '1234' })),
  linger: echo,
}
