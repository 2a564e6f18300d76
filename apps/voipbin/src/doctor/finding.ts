export type Finding = { readonly state: 'ok' | 'note' | 'bad'; readonly what: string; readonly advice?: string }

export const text = (error: unknown) => (error instanceof Error ? error.message : String(error))

const words = { ok: 'ok  ', note: 'note', bad: 'BAD ' } as const

export const renderFinding = ({ state, what, advice }: Finding) => `${words[state]}  ${what}${advice ? `\n      ${advice}` : ''}\n`
