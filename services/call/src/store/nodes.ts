import type { Read, Tx } from '@voipbin/sql'

export type Node = {
  readonly id: string
  readonly epoch: string
  readonly tm_seen: string
  readonly free: number
  readonly is_draining: boolean
}

const COLUMNS = 'id, epoch, tm_seen, free, is_draining'
type Row = Readonly<Record<string, unknown>>
const decode = (row: Row): Node => ({
  ...{ id: String(row['id']), epoch: String(row['epoch']), tm_seen: String(row['tm_seen']), free: Number(row['free']) },
  is_draining: Number(row['is_draining']) === 1,
})

export async function findNode({ connection }: Read, id: string): Promise<Node | undefined> {
  const [row] = await connection.all(`select ${COLUMNS} from call_nodes where id = ?`, [id])
  return row && decode(row)
}

export async function listNodes({ connection }: Read): Promise<Node[]> {
  return (await connection.all(`select ${COLUMNS} from call_nodes order by id`, [])).map(decode)
}

export async function saveNode({ connection }: Tx, { id, epoch, tm_seen, free, is_draining }: Node): Promise<void> {
  const values = [epoch, tm_seen, free, is_draining ? 1 : 0, id]
  const matched = await connection.run('update call_nodes set epoch = ?, tm_seen = ?, free = ?, is_draining = ? where id = ?', values)
  if (matched === 0) await connection.run('insert into call_nodes (epoch, tm_seen, free, is_draining, id) values (?, ?, ?, ?, ?)', values)
}

export async function removeNode({ connection }: Tx, id: string): Promise<void> {
  await connection.run('delete from call_nodes where id = ?', [id])
}
