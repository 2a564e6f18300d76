import type { Contract } from '@voipbin/contracts/contract'
import { loadConfig, type Platform, platformSettings, startPlatform } from '@voipbin/service-kit'
import { mailContract } from '../mail/contract.ts'
import { shopContract } from '../shop/contract.ts'
import { shopWith } from '../shop/index.ts'

const contracts: readonly Contract[] = [shopContract, mailContract]

/** The shop in this thread, mail in another. */
export function startBeside(dataDir: string): Promise<Platform> {
  const env = { VOIPBIN_DATA_DIR: dataDir, VOIPBIN_LOG_LEVEL: 'silent' }
  const beside = { entry: new URL('./mail-thread.ts', import.meta.url), names: ['mail'] }
  return startPlatform({ settings: loadConfig(platformSettings, env), env, services: [shopWith()], beside, contracts })
}
