import { open, stat } from 'node:fs/promises'

export type ReadableFile = {
  readonly octets: number
  /** @returns octets read: fewer than asked for at the end only */
  read(into: Uint8Array, position: number): Promise<number>
  close(): Promise<void>
}

export type WritableFile = {
  write(octets: Uint8Array, position: number): Promise<void>
  close(): Promise<void>
}

/** Where media meets the disk; tests put their own in its place. */
export type MediaFiles = {
  /** How large it is, and when it was written to, in ms. */
  look(path: string): Promise<{ readonly octets: number; readonly changedMs: number }>
  openToRead(path: string): Promise<ReadableFile>
  /** Folders above it exist; a file that is there is emptied. */
  create(path: string): Promise<WritableFile>
}

export const diskFiles: MediaFiles = {
  async look(path) {
    const { size, mtimeMs } = await stat(path)
    return { octets: size, changedMs: mtimeMs }
  },
  async openToRead(path) {
    const file = await open(path, 'r')
    try {
      const { size } = await file.stat()
      return {
        octets: size,
        read: async (into, position) => (await file.read(into, 0, into.length, position)).bytesRead,
        close: () => file.close(),
      }
    } catch (error) {
      await file.close()
      throw error
    }
  },
  async create(path) {
    const file = await open(path, 'w')
    return {
      async write(octets, position) {
        for (let done = 0; done < octets.length; ) {
          done += (await file.write(octets, done, octets.length - done, position + done)).bytesWritten
        }
      },
      close: () => file.close(),
    }
  },
}
