import { spawnSync } from 'node:child_process'

/** Usage: node tools/check.ts. Runs every check, also after one has failed, so that one run names all that is wrong. */

const checks = ['check:types', 'check:lint', 'check:deps', 'check:generated']

const failed = checks.filter((name) => {
  const startMs = performance.now()
  const { status } = spawnSync('npm', ['run', '--silent', name], { stdio: 'inherit' })
  console.log(`${name} ${status === 0 ? 'passed' : 'FAILED'} (${((performance.now() - startMs) / 1000).toFixed(1)} s)`)
  return status !== 0
})

if (failed.length > 0) process.exit(1)
