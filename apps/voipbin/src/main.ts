#!/usr/bin/env node
import { enableCompileCache } from 'node:module'

// Before anything else is loaded: a second start then reads compiled code.
enableCompileCache()

const { runCli } = await import('./cli.ts')
process.exitCode = await runCli(process.argv)
