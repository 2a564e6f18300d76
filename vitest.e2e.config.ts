import { defineConfig } from 'vitest/config'

/** The running system from outside. One file after the other: each starts processes of its own, and some restart the servers. */
export default defineConfig({
  test: {
    include: ['e2e/**/*.test.ts'],
    fileParallelism: false,
    testTimeout: 150_000,
    hookTimeout: 120_000,
  },
})
