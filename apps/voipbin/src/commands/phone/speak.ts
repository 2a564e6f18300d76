import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { OperatorError } from '../../operator.ts'
import { textOf } from './flags.ts'

/** Turns a text into a WAV with the speech synthesiser flite. @returns the file, which is gone when the process ends @throws OperatorError */
export async function speak(text: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'voipbin-phone-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'said.wav')
  try {
    await promisify(execFile)('flite', ['-t', text, '-o', file])
    return file
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    const why = isMissing ? 'flite is not installed (apt install flite); --play says a WAV without it' : `flite failed: ${textOf(error)}`
    throw new OperatorError(`Cannot say the text: ${why}`, { cause: isMissing ? undefined : error })
  }
}
