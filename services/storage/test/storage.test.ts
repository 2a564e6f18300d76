import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { openFolderStore } from '@voipbin/blob'
import { customerContract } from '@voipbin/contracts/customer'
import { storageContract } from '@voipbin/contracts/storage'
import {
  aCustomer,
  createFakeClock,
  type FakeClock,
  fakeService,
  finishJobs,
  publishEvent,
  type System,
  startSystem,
} from '@voipbin/test-kit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { storageService } from '../src/index.ts'

const customer = aCustomer()
const customer_id = customer.id
const HOUR_MS = 3_600_000

describe('storage', () => {
  let system: System
  let clock: FakeClock
  let dataDir: string
  const storage = () => system.client(storageContract)
  const blobs = () => openFolderStore(join(dataDir, 'blobs'), () => crypto.randomUUID())
  const upload = async (text: string) => {
    const { blob_id, size } = await blobs().put(Readable.from([Buffer.from(text)]))
    return { blob_id, size, filename: 'notes.txt', content_type: 'text/plain' }
  }
  const create = async (text = 'content') => storage().createStorageFile({ customer_id, type: 'rag', file: await upload(text) })
  const open = (uri: string, more: Partial<{ expires: number; signature: string; id: string }> = {}) => {
    const { pathname, searchParams } = new URL(uri)
    const asked = {
      id: pathname.split('/').at(-1) ?? '',
      expires: Number(searchParams.get('expires')),
      signature: searchParams.get('signature') ?? '',
    }
    return storage().openStorageLink({ ...asked, ...more })
  }

  beforeEach(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'voipbin-storage-'))
    clock = createFakeClock()
    const env = { VOIPBIN_STORAGE_QUOTA_MB: '1', VOIPBIN_PUBLIC_URL: 'https://api.example.com/' }
    system = await startSystem({ services: [storageService], clock, dataDir, env })
  })
  afterEach(async () => {
    await system.close()
    rmSync(dataDir, { recursive: true })
  })

  test('an upload becomes a file, is counted, listed, read and deleted, and its content goes with it', async () => {
    const made = await create()
    expect(made).toMatchObject({ customer_id, type: 'rag', reference_type: 'normal', filename: 'notes.txt', filesize: 7 })
    expect(made.uri_download).toMatch(
      new RegExp(`^https://api\\.example\\.com/v1\\.0/storage_links/${made.id}\\?expires=\\d+&signature=[0-9a-f]{64}$`),
    )
    expect(await storage().getOwnStorageAccount({ customer_id })).toMatchObject({ total_file_count: 1, total_file_size: 7 })
    expect((await storage().listStorageFiles({ customer_id })).result.map(({ id }) => id)).toEqual([made.id])
    await storage().deleteStorageFile({ id: made.id })
    expect(await storage().getOwnStorageAccount({ customer_id })).toMatchObject({ total_file_count: 0, total_file_size: 0 })
    await expect(storage().getStorageFile({ id: made.id })).rejects.toMatchObject({ reason: 'RESOURCE_NOT_FOUND' })
    await finishJobs(system, clock)
    expect(existsSync(blobs().file(made.blob_id) ?? '')).toBe(true)
    await clock.advance(61_000)
    await finishJobs(system, clock)
    expect(existsSync(blobs().file(made.blob_id) ?? '')).toBe(false)
  })

  test('a link opens its file until its time is over, and nothing else', async () => {
    const [made, other] = [await create(), await create('other')]
    const opened = { url: `blob:${made.blob_id}`, content_type: 'text/plain', filename: 'notes.txt' }
    expect(await open(made.uri_download)).toEqual(opened)
    const refused = { status: 'PERMISSION_DENIED', reason: 'LINK_INVALID' }
    await expect(open(made.uri_download, { id: other.id })).rejects.toMatchObject(refused)
    await expect(open(made.uri_download, { expires: 4_000_000_000 })).rejects.toMatchObject(refused)
    await expect(open(made.uri_download, { signature: '' })).rejects.toMatchObject(refused)
    await clock.jump(168 * HOUR_MS - 10_000)
    expect(await open(made.uri_download)).toEqual(opened)
    await clock.jump(20_000)
    await expect(open(made.uri_download)).rejects.toMatchObject({ reason: 'LINK_EXPIRED' })
    const { uri_download } = await storage().getStorageFile({ id: made.id })
    expect(await open(uri_download)).toEqual(opened)
    await storage().deleteStorageFile({ id: made.id })
    await expect(open(uri_download)).rejects.toMatchObject({ reason: 'RESOURCE_NOT_FOUND' })
  })

  test('more than the account may hold is refused and not counted; a recording is kept all the same', async () => {
    await create('x'.repeat(1_000_000))
    await expect(create('x'.repeat(100_000))).rejects.toMatchObject({ status: 'RESOURCE_EXHAUSTED', reason: 'STORAGE_QUOTA_EXCEEDED' })
    expect(await storage().getOwnStorageAccount({ customer_id })).toMatchObject({ total_file_count: 1, total_file_size: 1_000_000 })
    const recording_id = crypto.randomUUID()
    const told = { customer_id, recording_id, blob_id: recording_id, filename: 'call.wav', filesize: 100_000 }
    expect(await storage().keepRecording(told)).toEqual({ is_kept: true })
    expect(await storage().keepRecording(told)).toEqual({ is_kept: true })
    const kept = await storage().getStorageFile({ id: recording_id })
    expect(kept).toMatchObject({ id: recording_id, version: 1, type: 'recording', reference_type: 'recording', reference_id: recording_id })
    expect(await storage().getOwnStorageAccount({ customer_id })).toMatchObject({ total_file_count: 2, total_file_size: 1_100_000 })
  })

  const recorded = async (text: string, recording_id: string = crypto.randomUUID()) => {
    const { size } = await blobs().put(Readable.from([Buffer.from(text)]), () => recording_id)
    const told = { customer_id, recording_id, blob_id: recording_id, filename: `${text.slice(0, 4)}.wav`, filesize: size }
    return { ...(await storage().keepRecording(told)), recording_id }
  }
  const isStored = (blobId: string) => existsSync(blobs().file(blobId) ?? '')

  test('a recording that is deleted takes its file along, whichever of the two is heard of first', async () => {
    const { recording_id } = await recorded('kept')
    await storage().dropRecording({ customer_id, recording_id })
    const late = crypto.randomUUID()
    await storage().dropRecording({ customer_id, recording_id: late })
    expect(await recorded('late', late)).toMatchObject({ is_kept: false })
    await clock.advance(61_000)
    await finishJobs(system, clock)
    expect([recording_id, late].map(isStored)).toEqual([false, false])
    expect((await storage().listStorageFiles({ customer_id })).result).toEqual([])
    expect(await storage().getOwnStorageAccount({ customer_id })).toMatchObject({ total_file_count: 0, total_file_size: 0 })
  })

  test('several recordings are one ZIP file for a day', async () => {
    const texts = ['kept', `long ${'x'.repeat(300_000)}`]
    const recording_ids = (await Promise.all(texts.map((text) => recorded(text)))).map((each) => each.recording_id)
    const made = await storage().archiveRecordings({ customer_id, recording_ids })
    const { url, content_type } = await open(made.uri_download)
    const blobId = url.slice('blob:'.length)
    expect([content_type, made.recording_ids, made.filesize < 10_000]).toEqual(['application/zip', recording_ids, true])
    const read = (...args: string[]) => execFileSync('unzip', args, { encoding: 'utf8' })
    expect(read('-t', blobs().file(blobId) ?? '')).toContain('No errors detected')
    expect(['kept.wav', 'long.wav'].map((name) => read('-p', blobs().file(blobId) ?? '', name))).toEqual(texts)
    await clock.jump(24 * HOUR_MS + 1000)
    await finishJobs(system, clock)
    await clock.advance(61_000)
    await finishJobs(system, clock)
    await expect(open(made.uri_download)).rejects.toMatchObject({ reason: 'LINK_EXPIRED' })
    expect([blobId, ...recording_ids].map(isStored)).toEqual([false, true, true])
  })

  test('an archive goes with the first recording of it that is deleted', async () => {
    const { recording_id } = await recorded('kept')
    const { recording_id: other } = await recorded('other')
    const [both, one] = await Promise.all(
      [[recording_id, other], [other]].map((ids) => storage().archiveRecordings({ customer_id, recording_ids: ids })),
    )
    const { url } = await open(both?.uri_download ?? '')
    await storage().dropRecording({ customer_id, recording_id })
    await finishJobs(system, clock)
    await expect(open(both?.uri_download ?? '')).rejects.toMatchObject({ status: 'NOT_FOUND' })
    await expect(open(one?.uri_download ?? '')).resolves.toMatchObject({ content_type: 'application/zip' })
    await clock.advance(61_000)
    await finishJobs(system, clock)
    expect(isStored(url.slice('blob:'.length))).toBe(false)
  })

  test('no archive is made of what is not the customer’s own recording, nor more than ten a day', async () => {
    const { recording_id } = await recorded('kept')
    const upload = await create()
    const make = (id: string, of = customer_id) => storage().archiveRecordings({ customer_id: of, recording_ids: [id] })
    for (const refused of [make(upload.id), make(''), make(recording_id, crypto.randomUUID())])
      await expect(refused).rejects.toMatchObject({ reason: 'NO_FILES' })
    for (let count = 0; count < 10; count++) await make(recording_id)
    await expect(make(recording_id)).rejects.toMatchObject({ reason: 'TOO_MANY_ARCHIVES' })
  })

  test('an agent has files of its own', async () => {
    const owner_id = crypto.randomUUID()
    const mine = await storage().createAgentFile({ customer_id, owner_id, type: 'talk', file: await upload('mine') })
    await create()
    expect((await storage().listStorageFiles({ customer_id, owner_id })).result.map(({ id }) => id)).toEqual([mine.id])
  })

  test('files uploaded at once are all counted', async () => {
    await Promise.all(Array.from({ length: 5 }, () => create()))
    expect(await storage().getOwnStorageAccount({ customer_id })).toMatchObject({ total_file_count: 5, total_file_size: 35 })
  })

  test('a customer gets an account; a second one is refused, and one that was deleted is counted anew', async () => {
    await fakeService(system.bus, customerContract, { getCustomer: () => customer })
    await publishEvent(system.bus, customerContract, 'customer_created', customer)
    await expect(storage().createStorageAccount({ customer_id })).rejects.toMatchObject({ reason: 'STORAGE_ACCOUNT_EXISTS' })
    await create()
    const { id } = await storage().getOwnStorageAccount({ customer_id })
    await storage().deleteStorageAccount({ id })
    await expect(storage().getOwnStorageAccount({ customer_id })).rejects.toMatchObject({ reason: 'RESOURCE_NOT_FOUND' })
    expect(await storage().createStorageAccount({ customer_id })).toMatchObject({ total_file_count: 1, total_file_size: 7 })
  })

  test('when a customer is deleted, its files go with their contents, and nobody else’s', async () => {
    const gone = await create()
    const other = await storage().createStorageFile({ customer_id: crypto.randomUUID(), type: 'rag', file: await upload('other') })
    await publishEvent(system.bus, customerContract, 'customer_deleted', customer)
    await finishJobs(system, clock)
    await clock.advance(120_000)
    await finishJobs(system, clock)
    expect((await storage().listStorageFiles({ customer_id })).result).toEqual([])
    await expect(storage().getOwnStorageAccount({ customer_id })).rejects.toMatchObject({ reason: 'RESOURCE_NOT_FOUND' })
    expect([gone, other].map(({ blob_id }) => existsSync(blobs().file(blob_id) ?? ''))).toEqual([false, true])
  })
})
