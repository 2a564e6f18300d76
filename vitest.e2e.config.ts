import { defineConfig } from 'vitest/config'

/**
 * The running system from outside. In a lane one file runs after the other: each starts processes of its own. Lanes of one order run side by
 * side under `npm test`: much of their time is spent waiting.
 */
const lane = (name: string, groupOrder: number, include: string[], exclude: string[] = []) => ({
  test: {
    ...{ name, include, exclude, fileParallelism: false, sequence: { groupOrder } },
    ...{ testTimeout: 150_000, hookTimeout: 120_000, expect: { poll: { timeout: 30_000 } } },
  },
})

const faults = ['e2e/{single,distributed}.test.ts']
/** Restarts the servers under it: nobody else may need them meanwhile. */
const outages = ['e2e/outages.test.ts']
/** Heard audio, and packets of 20 ms. */
const sip = ['e2e/sip/*.test.ts']

export default defineConfig({
  test: {
    projects: [
      lane('customers', 1, ['e2e/**/*.test.ts'], [...faults, ...outages, ...sip]),
      lane('faults', 1, faults),
      lane('outages', 2, outages),
      lane('sip', 3, sip),
    ],
  },
})
