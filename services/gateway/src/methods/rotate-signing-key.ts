import type { gatewayContract } from '@voipbin/contracts/gateway'
import type { Answer } from '@voipbin/service-kit'
import { drop, liveKeys, makeKey } from '../jobs/signing-keys.ts'

export const rotateSigningKey: Answer<typeof gatewayContract, 'rotateSigningKey'> = async (tx, { drop_old }) => {
  const [newest, ...older] = await liveKeys(tx)
  if (!newest || !drop_old) {
    await makeKey(tx, newest)
    return { dropped: 0 }
  }
  for (const key of older) await drop(tx, key)
  await makeKey(tx, await drop(tx, newest))
  return { dropped: older.length + 1 }
}
