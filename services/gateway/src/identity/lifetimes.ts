const HOUR_MS = 3_600_000

/** How long a token of each type opens anything. */
export const tokenLifeMs = { agent: 7 * 24 * HOUR_MS, direct: 4 * HOUR_MS, delegate: 8 * HOUR_MS } as const
export type TokenType = keyof typeof tokenLifeMs

export const longestTokenLifeMs = Math.max(...Object.values(tokenLifeMs))
/** A key signs this long; it verifies until the last token that it signed has expired. */
export const signingKeyLifeMs = 30 * 24 * HOUR_MS
/** Clocks of replicas differ, and one may sign with the old key before it hears of the new one. */
export const signingKeyGraceMs = HOUR_MS
