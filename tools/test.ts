import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

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

type Suite = { readonly config: string; readonly project?: string | undefined }
/** The part of a vitest config that is read here. */
type Config = { readonly test?: { readonly projects?: readonly { readonly test: { readonly name: string; readonly sequence: Order } }[] } }
type Order = { readonly groupOrder: number }

/** Suites that run side by side, after those of the list before. */
async function listSuites(): Promise<readonly (readonly Suite[])[]> {
  const suites: (readonly Suite[])[] = []
  if (existsSync('vitest.config.ts')) suites.push([{ config: 'vitest.config.ts' }])
  if (existsSync('vitest.e2e.config.ts')) suites.push(...(await listLanes('vitest.e2e.config.ts')))
  return suites
}

/** Projects of one `groupOrder` run side by side, each one file after the other. */
async function listLanes(config: string): Promise<readonly (readonly Suite[])[]> {
  const { default: found } = (await import(pathToFileURL(resolve(config)).href)) as { default: Config }
  const projects = found.test?.projects
  if (!projects) return [[{ config }]]
  const groups = Map.groupBy(projects, ({ test }) => test.sequence.groupOrder)
  const inOrder = [...groups].sort(([one], [other]) => one - other)
  return inOrder.map(([, lanes]) => lanes.map(({ test }) => ({ config, project: test.name })))
}

async function runSuite({ config, project }: Suite, filters: readonly string[], isShown: boolean): Promise<Counts> {
  const reportFile = join(folder, `${config}.${project ?? 'all'}.json`)
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`]
  const only = project === undefined ? [] : [`--project=${project}`]
  const args = ['node_modules/vitest/vitest.mjs', 'run', '--config', config, '--passWithNoTests', ...reporters, ...only, ...filters]
  const startMs = performance.now()
  const exitCode = await run(args, isShown)
  const counts = readCounts(reportFile)
  const seconds = ((performance.now() - startMs) / 1000).toFixed(0)
  console.log(`${config}${project === undefined ? '' : `, ${project}`}: ${counts.passed} passed, ${counts.failed} failed (${seconds} s)`)
  // An unhandled rejection or a crash of the runner fails no test of its own, and must not go under.
  return exitCode !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts
}

/** @param isShown at once; else when it has ended, so that two are not mixed up */
function run(args: readonly string[], isShown: boolean): Promise<number> {
  return new Promise((ended, reject) => {
    const output = isShown ? 'inherit' : 'pipe'
    // What a process under test compiles is compiled once.
    const env = { NODE_COMPILE_CACHE: join(tmpdir(), 'node-compile-cache'), ...process.env }
    const child = spawn(process.execPath, args, { env, stdio: ['ignore', output, output] })
    const said: Buffer[] = []
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => said.push(chunk))
    child.on('error', reject)
    child.on('close', (code) => {
      process.stdout.write(Buffer.concat(said))
      ended(code ?? 1)
    })
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
  for (const sideBySide of await listSuites()) {
    for (const counts of await Promise.all(sideBySide.map((suite, index) => runSuite(suite, process.argv.slice(2), index === 0)))) {
      total.passed += counts.passed
      total.failed += counts.failed
      total.skipped += counts.skipped
    }
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
