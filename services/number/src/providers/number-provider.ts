import type { AvailableNumber, NumberProviderName } from '@voipbin/contracts/number'

/** What a provider says of a number that was bought. */
export type Bought = {
  /** What the provider calls it; empty where it does not say yet. */
  readonly reference: string
  readonly t38_enabled: boolean
  readonly emergency_enabled: boolean
}
/** A number that is ours at a provider. */
export type Held = { readonly number: string; readonly reference: string }

/** Who gives numbers out: a seller of numbers of the telephone network, or the platform itself. All may throw UNAVAILABLE. */
export type NumberProvider = {
  readonly name: NumberProviderName
  /** None where the provider sells none in that country. */
  search(wanted: { readonly country: string; readonly limit: number }): Promise<AvailableNumber[]>
  /** @throws NUMBER_NOT_AVAILABLE; after UNAVAILABLE it may have been bought or not */
  buy(number: string): Promise<Bought>
  /** Its reference, where the number is ours there. */
  find(number: string): Promise<string | undefined>
  /** Says at the provider whose the number is, the most telling first. */
  label(held: Held, labels: readonly string[]): Promise<void>
  /** What is not ours there any more is released as well. */
  release(held: Held): Promise<void>
}
