import type { MediaFiles, ReadableFile, WritableFile } from '../src/files/media-files.ts'

/** A disk in memory. */
export class TestFiles implements MediaFiles {
  readonly #files = new Map<string, Buffer>()
  /** When each was last written to. */
  readonly #times = new Map<string, number>()
  /** Set: writing fails with it from now on. */
  writeError: Error | undefined
  open = 0
  /** How often a file was opened to be read. */
  opened = 0

  put(path: string, octets: Buffer): void {
    this.#set(path, octets)
  }

  look(path: string): Promise<{ octets: number; changedMs: number }> {
    const octets = this.#files.get(path)
    if (!octets) return Promise.reject(new Error(`ENOENT: no such file or directory, stat '${path}'`))
    return Promise.resolve({ octets: octets.length, changedMs: this.#times.get(path) ?? 0 })
  }

  get(path: string): Buffer {
    return this.#files.get(path) ?? Buffer.alloc(0)
  }

  openToRead(path: string): Promise<ReadableFile> {
    const octets = this.#files.get(path)
    if (!octets) return Promise.reject(new Error(`ENOENT: no such file or directory, open '${path}'`))
    this.open++
    this.opened++
    return Promise.resolve({
      octets: octets.length,
      read: (into, position) => Promise.resolve(octets.copy(into, 0, position, position + into.length)),
      close: () => this.#close(),
    })
  }

  create(path: string): Promise<WritableFile> {
    if (this.writeError) return Promise.reject(this.writeError)
    this.#set(path, Buffer.alloc(0))
    this.open++
    return Promise.resolve({
      write: (octets, position) => this.#write(path, octets, position),
      close: () => this.#close(),
    })
  }

  #set(path: string, octets: Buffer): void {
    this.#files.set(path, octets)
    this.#times.set(path, (this.#times.get(path) ?? 0) + 1)
  }

  #write(path: string, octets: Uint8Array, position: number): Promise<void> {
    if (this.writeError) return Promise.reject(this.writeError)
    const before = this.get(path)
    const after = Buffer.alloc(Math.max(before.length, position + octets.length))
    before.copy(after)
    after.set(octets, position)
    this.#set(path, after)
    return Promise.resolve()
  }

  #close(): Promise<void> {
    this.open--
    return Promise.resolve()
  }
}
