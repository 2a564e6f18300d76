import type { AvailableNumber, NumberProviderName } from '@voipbin/contracts/number'

/** What a provider says of a number that was bought. */
export type Bought = {
  /** What the provider calls it. */
  readonly reference: string
  readonly t38_enabled: boolean
  readonly emergency_enabled: boolean
}

/** Who gives numbers out: a seller of numbers of the telephone network, or the platform itself. */
export type NumberProvider = {
  readonly name: NumberProviderName
  /** @throws INVALID_ARGUMENT for a country that it does not know, UNAVAILABLE where it does not answer */
  search(wanted: { readonly country: string; readonly limit: number }): Promise<AvailableNumber[]>
  /** @throws NUMBER_NOT_AVAILABLE; UNAVAILABLE, after which it may have been bought or not */
  buy(number: string): Promise<Bought>
  /** Its reference, where the number is ours there. */
  find(number: string): Promise<string | undefined>
  /** Says at the provider whose the number is. */
  label(reference: string, labels: readonly string[]): Promise<void>
  /** What is not there any more is released as well. */
  release(reference: string): Promise<void>
}
