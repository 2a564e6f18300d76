import { storageContract, storedFile } from '@voipbin/contracts/storage'
import { entityTable, type Read } from '@voipbin/sql'

export const files = entityTable(storageContract, 'storage_files', storedFile)

/** Of what a customer keeps. */
export async function totalsOf(read: Read, customerId: string): Promise<{ total_file_count: number; total_file_size: number }> {
  const text =
    'select count(*) as files, coalesce(sum(filesize), 0) as octets from storage_files where customer_id = ? and tm_delete is null'
  const [row] = await read.connection.all(text, [customerId])
  return { total_file_count: Number(row?.['files'] ?? 0), total_file_size: Number(row?.['octets'] ?? 0) }
}
