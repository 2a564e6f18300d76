/** What is sent one after the other. Its row is there exactly as long as a `deliver` job is, and is what both sides lock. */
export type Queue = { readonly destination_id: string; readonly order_key: string }
