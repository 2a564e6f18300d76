/** What the thread is asked to say, one after the other. */
export type FlitePart = { readonly text: string; readonly voice: string; readonly rate: number } | { readonly pauseMs: number }
export type FliteOrder = { readonly id: number; readonly parts: readonly FlitePart[]; readonly rate: number }
export type FliteAnswer = { readonly id: number } & ({ readonly samples: Int16Array } | { readonly error: string })
