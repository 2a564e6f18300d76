import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Asked, Told } from './messages.ts'

const children = new Set<ChildProcess>()
// Whatever becomes of the test run, nothing of it goes on.
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL')
})

type Entry = 'switch' | 'call' | 'humming'

/** A process of a failure scene, which can be killed. */
export class LiveProcess {
  /** All that it told. */
  readonly told: Told[] = []
  readonly #child: ChildProcess

  private constructor(child: ChildProcess) {
    this.#child = child
    child.on('message', (message) => this.told.push(message as Told))
  }

  /** Resolves when it says that it is ready. `runBy` is a program that runs another, with its flags. */
  static async start(entry: Entry, settings: Readonly<Record<string, string>>, runBy: readonly string[] = []): Promise<LiveProcess> {
    const file = join(import.meta.dirname, `${entry}-process.ts`)
    const [program = process.execPath, ...execArgv] = [...runBy, process.execPath]
    const child = fork(file, [JSON.stringify(settings)], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], execPath: program, execArgv })
    children.add(child)
    child.once('exit', () => children.delete(child))
    const live = new LiveProcess(child)
    await live.until('ready', () => true, 30_000)
    return live
  }

  /** The first of a kind that is meant. @throws Error when it was not told in time, or something failed */
  async until<K extends Told['kind']>(
    kind: K,
    matches: (told: Extract<Told, { kind: K }>) => boolean = () => true,
    timeoutMs = 10_000,
  ): Promise<Extract<Told, { kind: K }>> {
    const until = performance.now() + timeoutMs
    for (;;) {
      const found = this.told.find(
        (each): each is Extract<Told, { kind: K }> => each.kind === kind && matches(each as Extract<Told, { kind: K }>),
      )
      if (found) return found
      const failure = this.told.find((each) => each.kind === 'failed')
      if (failure) throw new Error(`The process failed: ${failure.message}`)
      if (performance.now() > until) throw new Error(`The process told no ${kind} in ${timeoutMs} ms, but ${JSON.stringify(this.told)}`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  /** Asks, and waits for the answer. One question at a time. */
  async ask(asked: Asked): Promise<unknown> {
    const before = new Set(this.told)
    this.#child.send(asked)
    return (await this.until('answer', (told) => !before.has(told))).value
  }

  tell(asked: Asked): void {
    this.#child.send(asked)
  }

  /** kill -9. */
  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const gone = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await gone
  }
}
