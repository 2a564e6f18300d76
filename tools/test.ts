import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

/**
 * Usage: node tools/test.ts [FILTER…]. Runs the unit and service tests, then the end-to-end suites, and ends on one line
 * `N passed, N failed`, followed by `, N skipped` where some were. Exit 1 on any failure, and when no test ran at all. Before that
 * line every failure is named again: of a long log often only the end is kept.
 */

type Counts = { readonly passed: number; readonly failed: number; readonly skipped: number }
type Outcome = Counts & { readonly failures: readonly string[] }

/** The part of vitest's JSON report that is read here. */
type Report = {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numPendingTests: number
  readonly numTodoTests: number
  readonly testResults: readonly FileReport[]
}
type FileReport = {
  readonly name: string
  readonly status: string
  readonly message: string
  readonly assertionResults: readonly TestReport[]
}
type TestReport = { readonly status: string; readonly fullName: string; readonly failureMessages: readonly string[] }

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

async function runSuite({ config, project }: Suite, filters: readonly string[], isShown: boolean): Promise<Outcome> {
  const reportFile = join(folder, `${config}.${project ?? 'all'}.json`)
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`]
  const only = project === undefined ? [] : [`--project=${project}`]
  const args = ['node_modules/vitest/vitest.mjs', 'run', '--config', config, '--passWithNoTests', ...reporters, ...only, ...filters]
  const startMs = performance.now()
  const exitCode = await run(args, isShown)
  const outcome = readOutcome(reportFile)
  const seconds = ((performance.now() - startMs) / 1000).toFixed(0)
  console.log(`${config}${project === undefined ? '' : `, ${project}`}: ${outcome.passed} passed, ${outcome.failed} failed (${seconds} s)`)
  if (exitCode === 0 || outcome.failed > 0) return outcome
  // An unhandled rejection or a crash of the runner fails no test of its own, and must not go under.
  return { ...outcome, failed: 1, failures: [`${config}: exit code ${exitCode} though no test failed`] }
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

function readOutcome(reportFile: string): Outcome {
  if (!existsSync(reportFile)) return { passed: 0, failed: 0, skipped: 0, failures: [] }
  const report: Report = JSON.parse(readFileSync(reportFile, 'utf8'))
  const failures = report.testResults.flatMap(listFailures)
  return { passed: report.numPassedTests, failed: failures.length, skipped: report.numPendingTests + report.numTodoTests, failures }
}

/** The failed tests of a file with what they said. A file that cannot be collected has none to count, and is one itself. */
function listFailures({ name, status, message, assertionResults }: FileReport): readonly string[] {
  const file = relative('.', name)
  const failed = assertionResults.filter((test) => test.status === 'failed')
  if (status === 'failed' && failed.length === 0) return [describeFailure(file, message)]
  return failed.map(({ fullName, failureMessages }) => describeFailure(`${file} > ${fullName}`, failureMessages.join('\n')))
}

/** The name and the first lines of the message, which hold what was expected and the first frames. */
function describeFailure(name: string, message: string): string {
  const lines = message.split('\n').slice(0, 12)
  return [`FAILED ${name}`, ...lines.map((line) => `  ${line.slice(0, 300)}`)].join('\n')
}

const folder = mkdtempSync(join(tmpdir(), 'voipbin-test-'))
const total = { passed: 0, failed: 0, skipped: 0 }
const failures: string[] = []
try {
  for (const sideBySide of await listSuites()) {
    for (const outcome of await Promise.all(sideBySide.map((suite, index) => runSuite(suite, process.argv.slice(2), index === 0)))) {
      total.passed += outcome.passed
      total.failed += outcome.failed
      total.skipped += outcome.skipped
      failures.push(...outcome.failures)
    }
  }
} finally {
  rmSync(folder, { recursive: true })
}
for (const failure of failures) console.log(failure)
if (total.passed + total.failed === 0) {
  console.log('No test ran')
  process.exitCode = 1
}
if (total.failed > 0) process.exitCode = 1
console.log(`${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}`)
