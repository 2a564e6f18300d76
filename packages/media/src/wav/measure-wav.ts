import { diskFiles } from '../files/media-files.ts'
import { openWav } from './open-wav.ts'
import { sampleOctets } from './wav-format.ts'

/** How long a WAV on this machine is; one that was never finished, as far as it goes. @throws WavSyntaxError, or what the system says of the file */
export async function measureWav(path: string): Promise<{ readonly octets: number; readonly durationMs: number }> {
  const { file, format, dataOctets } = await openWav(diskFiles, path)
  await file.close()
  const samples = dataOctets / (format.channels * sampleOctets[format.encoding])
  return { octets: file.octets, durationMs: Math.round((samples * 1_000) / format.rate) }
}
