import type { MethodInput } from '@voipbin/contracts/contract'
import type { customerContract } from '@voipbin/contracts/customer'
import { ServiceError } from '@voipbin/contracts/errors'
import type { NumberContract, OwnedNumber } from '@voipbin/contracts/number'
import { addMilliseconds } from '@voipbin/contracts/time'
import type { Answer, Client, Ctx } from '@voipbin/service-kit'
import type { MayCharge } from '../balance.ts'
import { checkType, checkVirtual, isVirtual, newNumber, numberTaken, RENEW_MS } from '../number.ts'
import type { Bought, NumberProvider, Providers } from '../providers/index.ts'
import { countVirtual, insertNumber, numbers } from '../store/numbers.ts'
import { labelNumber, renewNumber, settlePurchase } from '../work.ts'

type Wish = MethodInput<NumberContract, 'createNumber'>
type Parts = {
  readonly providers: Providers
  readonly customers: Client<typeof customerContract>
  readonly mayCharge: MayCharge
  readonly virtualLimit: number
}

/** A purchase that has not become a number of ours by then never will. */
const SETTLED_MS = 5 * 60_000

export const createNumber =
  (parts: Parts): Answer<NumberContract, 'createNumber'> =>
  async (ctx, wish) => {
    checkType(wish.number, wish.type)
    return isVirtual(wish.number) ? takeVirtual(ctx, wish, parts.virtualLimit) : buyFromSeller(ctx, wish, parts)
  }

async function takeVirtual(ctx: Ctx, wish: Wish, limit: number): Promise<OwnedNumber> {
  checkVirtual(wish.number)
  return ctx.transaction(async (tx) => {
    if ((await countVirtual(tx, wish.customer_id)) >= limit) {
      const message = `Cannot take number "${wish.number}": ${limit} virtual ones are the most that a customer may have`
      throw new ServiceError('RESOURCE_EXHAUSTED', 'NUMBER_LIMIT_REACHED', message)
    }
    return insertNumber(tx, newNumber({ ...wish, provider_name: 'local' }, tx.now))
  })
}

/**
 * Whatever breaks off between the seller's yes and our commit leaves a job behind that gives the number back: it is there before the
 * seller is asked, and goes with the commit that makes the number the customer's.
 */
async function buyFromSeller(ctx: Ctx, wish: Wish, { providers, customers, mayCharge }: Parts): Promise<OwnedNumber> {
  const seller = providers.seller()
  if (await numbers.first(ctx.read(), { number: wish.number })) throw numberTaken(wish.number)
  await checkCustomer(wish.customer_id, customers, mayCharge)
  const attempt = await ctx.transaction(async (tx) => {
    const key = tx.newId()
    tx.schedule(settlePurchase, key, addMilliseconds(tx.now, SETTLED_MS), { number: wish.number, provider_name: seller.name })
    return key
  })
  const bought = await buy(ctx, seller, wish.number, attempt)
  return ctx.transaction(async (tx) => {
    const made = await insertNumber(tx, newNumber({ ...wish, ...ofSeller(seller, bought) }, tx.now))
    tx.unschedule(settlePurchase, attempt)
    tx.schedule(labelNumber, made.id, tx.now, { number_id: made.id })
    tx.schedule(renewNumber, made.id, addMilliseconds(tx.now, RENEW_MS), { number_id: made.id })
    return made
  })
}

const ofSeller = ({ name: provider_name }: NumberProvider, { reference: provider_reference_id, ...abilities }: Bought) => ({
  provider_name,
  provider_reference_id,
  ...abilities,
})

/** A refusal has bought nothing; of what failed otherwise nobody knows, and the job finds out. */
async function buy(ctx: Ctx, seller: NumberProvider, number: string, attempt: string): Promise<Bought> {
  try {
    return await seller.buy(number)
  } catch (error) {
    if (error instanceof ServiceError && error.reason === 'NUMBER_NOT_AVAILABLE') {
      await ctx.transaction(async (tx) => tx.unschedule(settlePurchase, attempt))
    }
    throw error
  }
}

/** Numbers of the network cost money and reach people: not for somebody whom nobody knows. */
async function checkCustomer(id: string, customers: Client<typeof customerContract>, mayCharge: MayCharge): Promise<void> {
  const { identity_verification_status: verification } = await customers.getCustomer({ id })
  if (verification !== 'verified') {
    const message = 'Cannot buy a number of the telephone network: the identity of the customer is not verified'
    throw new ServiceError('PERMISSION_DENIED', 'IDENTITY_VERIFICATION_REQUIRED', message)
  }
  if (await mayCharge(id, 'number_purchase')) return
  throw new ServiceError('PAYMENT_REQUIRED', 'INSUFFICIENT_BALANCE', 'Cannot buy a number: the balance does not allow it')
}
