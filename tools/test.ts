import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * Usage: node tools/test.ts [FILTER…]. Runs the unit and service tests, then the end-to-end suites, and ends on one line
 * `N passed, N failed`, followed by `, N skipped` where some were. Exit 1 on any failure, and when no test ran at all.
 */

type Counts = { readonly passed: number; readonly failed: number; readonly skipped: number }

/** The part of vitest's JSON report that is read here. */
type Report = {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numPendingTests: number
  readonly numTodoTests: number
  readonly testResults: readonly { readonly status: string; readonly assertionResults: readonly { readonly status: string }[] }[]
}

const configs = ['vitest.config.ts', 'vitest.e2e.config.ts']

async function runSuite(config: string, reportFile: string, filters: readonly string[]): Promise<Counts> {
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`]
  const exitCode = await run(['node_modules/vitest/vitest.mjs', 'run', '--config', config, '--passWithNoTests', ...reporters, ...filters])
  const counts = readCounts(reportFile)
  // An unhandled rejection or a crash of the runner fails no test of its own, and must not go under.
  return exitCode !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts
}

function run(args: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'] })
    child.on('error', reject)
    child.on('exit', (code) => resolve(code ?? 1))
  })
}

function readCounts(reportFile: string): Counts {
  if (!existsSync(reportFile)) return { passed: 0, failed: 0, skipped: 0 }
  const report: Report = JSON.parse(readFileSync(reportFile, 'utf8'))
  // A file that cannot be collected has no test to count.
  const brokenFiles = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  )
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + brokenFiles.length,
    skipped: report.numPendingTests + report.numTodoTests,
  }
}

const folder = mkdtempSync(join(tmpdir(), 'voipbin-test-'))
const total = { passed: 0, failed: 0, skipped: 0 }
try {
  for (const config of configs.filter((name) => existsSync(name))) {
    const counts = await runSuite(config, join(folder, `${config}.json`), process.argv.slice(2))
    total.passed += counts.passed
    total.failed += counts.failed
    total.skipped += counts.skipped
  }
} finally {
  rmSync(folder, { recursive: true })
}
if (total.passed + total.failed === 0) {
  console.log('No test ran')
  process.exitCode = 1
}
if (total.failed > 0) process.exitCode = 1
console.log(`${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}`)
