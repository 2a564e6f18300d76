import { accessSync, constants, mkdirSync } from 'node:fs'

/** Makes the data folder where there is none. @throws what keeps this user from writing there */
export function openDataFolder(folder: string): void {
  mkdirSync(folder, { recursive: true })
  accessSync(folder, constants.W_OK | constants.X_OK)
}
