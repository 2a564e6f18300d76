import { command, commandOnce, defineContract, event, mutation, query } from '@voipbin/contracts/contract'
import { entity } from '@voipbin/contracts/entity'
import { secret } from '@voipbin/contracts/fields'
import { byId, ofCustomer, pageOf, pageOfCustomer } from '@voipbin/contracts/page'
import { z } from 'zod'

export const order = entity('order', { name: z.string().max(255), amount: z.int(), pin: secret(z.string().max(255)) }, { get: 'getOrder' })
export type Order = z.output<typeof order>

const editable = order.pick({ name: true, amount: true })
const text = z.object({ text: z.string() })

/** A publisher for tests of the kernel: an entity, and three methods whose work each test supplies. */
export const shopContract = defineContract({
  service: 'shop',
  events: { order_created: order, order_changed: order, order_deleted: event(order, { order_key: 'name' }) },
  methods: {
    getOrder: query(byId, order),
    listOrders: query(pageOfCustomer, pageOf(order)),
    createOrder: mutation(ofCustomer(editable), order),
    changeOrder: mutation(byId.extend(editable.shape), order),
    deleteOrder: mutation(byId, order),
    /** The one output that carries the pin. */
    revealPin: mutation(byId, order.pick({ id: true, pin: true }), { reveals: ['pin'] }),
    ask: query(text, text),
    change: mutation(text, text),
    act: command(text, text),
    /** Looks around, then orders. */
    buy: commandOnce(ofCustomer(editable), order),
    linger: command(text, text, { timeout: 'long' }),
  },
  api: {},
})
export type Shop = typeof shopContract
