import { defineConfig } from 'vitest/config'

const include = ['packages/**/*.test.ts', 'services/**/*.test.ts', 'apps/**/*.test.ts', 'tools/**/*.test.ts']
const exclude = ['**/node_modules/**']
/** What is polled for comes soon, but on a machine that does other things too a second is not long. */
const timeouts = { testTimeout: 20_000, hookTimeout: 60_000, expect: { poll: { timeout: 15_000 } } }

/** Packets of 20 ms that are listened to, and answers that must come soon: one file at a time, with the machine to itself. */
const timed = [
  'packages/media/test/{live,network-faults}.test.ts',
  'packages/phone/test/*.test.ts',
  'services/switch/test/{conformance,media,tone}.test.ts',
  'apps/voipbin/test/phone.test.ts',
  'packages/bus/test/rabbitmq-cut.test.ts',
  'packages/cache/src/{budget,redis-cache}.test.ts',
]
/** Hundreds of small files of functions that keep nothing: they share a worker, which is half of their time. */
const pure = ['packages/{contracts,rtp,sdp,sip}/**/*.test.ts']

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'pure',
          ...{ include: pure, exclude, ...timeouts },
          isolate: false,
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'unit',
          ...{ include, exclude: [...exclude, ...pure, ...timed], ...timeouts },
          // Left to itself, vitest keeps a core of two for nothing.
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'timed',
          ...{ include: timed, exclude, ...timeouts },
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
})
