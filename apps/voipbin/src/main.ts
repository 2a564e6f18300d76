#!/usr/bin/env node
import { enableCompileCache } from 'node:module'

// Before anything else is loaded: a second start then reads compiled code.
enableCompileCache()

// Whoever reads what is written may end first, as `head` does: that is no reason to end with a stack.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)

const { runCli } = await import('./cli.ts')
process.exitCode = await runCli(process.argv)
