import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSystemClock } from '@voipbin/service-kit'
import { createFliteDriver, parseScript, SpeechFailed, toWav } from '@voipbin/speech'
import { OperatorError } from '../../operator.ts'

/**
 * Turns a text, or SSML, into a WAV with the English voice that comes along.
 * @returns the file, which is gone when the process ends @throws OperatorError
 */
export async function speak(text: string): Promise<string> {
  const flite = createFliteDriver({ after: createSystemClock().after })
  try {
    const script = parseScript(text)
    const sound = await flite.speak({ script, language: 'en-US', voiceId: '', gender: 'female', signal: new AbortController().signal })
    const folder = mkdtempSync(join(tmpdir(), 'voipbin-phone-'))
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
    const file = join(folder, 'said.wav')
    writeFileSync(file, toWav(sound))
    return file
  } catch (error) {
    throw error instanceof SpeechFailed ? new OperatorError(`Cannot say the text: ${error.message}`, { cause: error }) : error
  } finally {
    await flite.close()
  }
}
