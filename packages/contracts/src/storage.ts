import { z } from 'zod'
import { uploadedFile } from './api.ts'
import { command, defineContract, mutation, query } from './contract.ts'
import { entity } from './entity.ts'
import { id, internal, NIL_ID, ref, timestamp } from './fields.ts'
import { byId, ofCustomer, pageOf, pageOfCustomer, pageRequest } from './page.ts'
import { AdminOrManager, All, CustomerAll, NoneChecked, ProjectSuperAdmin } from './permission.ts'

/** What a customer keeps, all files together. There is one a customer. */
export const storageAccount = entity(
  'storage_account',
  { total_file_count: z.int().nonnegative(), total_file_size: z.int().nonnegative().describe('Octets') },
  { get: 'getStorageAccount' },
)
export type StorageAccount = z.output<typeof storageAccount>

const fields = {
  owner_type: z.enum(['', 'agent']),
  owner_id: id(),
  reference_type: z.enum(['', 'normal', 'recording']),
  reference_id: id(),
  type: z.enum(['', 'rag', 'talk', 'recording']),
  name: z.string().max(255),
  detail: z.string().max(4096),
  filename: z.string().max(255),
  filesize: z.int().nonnegative().describe('Octets'),
  content_type: internal(z.string().max(255)),
  blob_id: internal(z.string().max(128)),
}

/** As it is kept. */
export const storedFile = entity('storage_file', fields, { get: 'getStorageFile' })
export type StoredFile = z.output<typeof storedFile>

/** A file with a link to its content, which needs no credential and ends with its time. */
export const storageFile = entity(
  'storage_file',
  { ...fields, uri_download: z.string().max(2048), tm_download_expire: timestamp() },
  { get: 'getStorageFile' },
)
export type StorageFile = z.output<typeof storageFile>

/** Recordings in one ZIP file, kept for a while. */
export const archive = entity(
  'storage_archive',
  {
    filename: z.string().max(255),
    filesize: z.int().nonnegative().describe('Octets'),
    recording_ids: z.array(id()),
    tm_expire: timestamp(),
    blob_id: internal(z.string().max(128)),
  },
  { get: 'getArchive' },
)
export type Archive = z.output<typeof archive>

const link = z.object({ url: z.string() })
const uploaded = { customer_id: id(), file: uploadedFile }
const page = { default: 100, max: 100 }
const ofAgent = { scope: 'agent', identity: ['agent'], permission: NoneChecked } as const

export const storageContract = defineContract({
  service: 'storage',
  events: {
    ...{ account_created: storageAccount, account_updated: storageAccount, account_deleted: storageAccount },
    ...{ file_created: storedFile, file_deleted: storedFile },
    ...{ archive_created: archive, archive_deleted: archive },
  },
  methods: {
    listStorageAccounts: query(pageRequest, pageOf(storageAccount)),
    getStorageAccount: query(byId, storageAccount),
    getOwnStorageAccount: query(ofCustomer(z.object({})), storageAccount),
    /** @throws STORAGE_ACCOUNT_EXISTS, INVALID_ARGUMENT where there is no such customer */
    createStorageAccount: command(z.object({ customer_id: id() }), storageAccount),
    /** Its files stay; the next one makes an account anew. */
    deleteStorageAccount: mutation(byId, storageAccount),

    listStorageFiles: query(pageOfCustomer.extend({ owner_id: id().optional() }), pageOf(storageFile)),
    getStorageFile: query(byId, storageFile),
    /** What was uploaded becomes a file. @throws STORAGE_QUOTA_EXCEEDED */
    createStorageFile: mutation(z.object({ ...uploaded, type: z.enum(['rag']) }), storageFile),
    createAgentFile: mutation(z.object({ ...uploaded, owner_id: id(), type: z.enum(['talk']) }), storageFile),
    deleteStorageFile: mutation(byId, storageFile),
    getStorageFileLink: query(byId, link),

    /**
     * Of `call`: a recording that has been put into the blob store becomes a file, whose id is the recording's. It is kept whatever
     * the customer's quota says: what was recorded is not lost. A second time does nothing; one that was deleted stays so. The file is
     * there when `file_created` is told.
     */
    keepRecording: mutation(
      ofCustomer(
        z.object({
          recording_id: id(),
          blob_id: z.string().max(128),
          filename: z.string().max(255),
          filesize: z.int().nonnegative(),
          owner_id: id().default(NIL_ID),
        }),
      ),
      z.object({ is_kept: z.boolean() }),
    ),
    /** Of `call`: the recording is deleted, and its file with it; one that comes later as well. */
    dropRecording: mutation(ofCustomer(z.object({ recording_id: id() })), z.object({})),

    getArchive: query(byId, archive),
    /** Those of them that have a file; the answer says which. @throws NO_FILES where none has, ARCHIVE_TOO_LARGE, TOO_MANY_ARCHIVES */
    archiveRecordings: command(
      ofCustomer(z.object({ recording_ids: z.array(ref('recording')).min(1).max(100) })),
      archive.pick({ filename: true, filesize: true, recording_ids: true, tm_expire: true }).extend({ uri_download: z.string() }),
      { timeout: 'long' },
    ),

    /** What a link leads to. @throws LINK_INVALID, LINK_EXPIRED, NOT_FOUND */
    openStorageLink: query(
      byId.extend({ expires: z.int().nonnegative().describe('Seconds since 1970'), signature: z.string().max(128) }),
      z.object({ url: z.string(), content_type: z.string(), filename: z.string() }),
    ),
    /** At each start: the key that signs links, made at the first. */
    ensureLinkKey: command(z.object({}), z.object({})),
  },
  api: {
    'GET /storage_account': { method: 'getOwnStorageAccount', permission: AdminOrManager },
    'GET /storage_accounts': { method: 'listStorageAccounts', permission: ProjectSuperAdmin, scope: 'project', page },
    'POST /storage_accounts': { method: 'createStorageAccount', permission: ProjectSuperAdmin, scope: 'project' },
    'GET /storage_accounts/:id': { method: 'getStorageAccount', permission: AdminOrManager, owned: { id: 'storage_account' } },
    'DELETE /storage_accounts/:id': { method: 'deleteStorageAccount', permission: ProjectSuperAdmin, scope: 'project' },

    'GET /storage_files': { method: 'listStorageFiles', permission: NoneChecked, page },
    'POST /storage_files': { method: 'createStorageFile', permission: AdminOrManager, body: 'multipart' },
    'GET /storage_files/:id': { method: 'getStorageFile', permission: CustomerAll, owned: { id: 'storage_file' } },
    'DELETE /storage_files/:id': { method: 'deleteStorageFile', permission: AdminOrManager, owned: { id: 'storage_file' } },
    'GET /storage_files/:id/file': {
      method: 'getStorageFileLink',
      permission: AdminOrManager,
      owned: { id: 'storage_file' },
      answer: 'redirect',
    },
    'GET /recordingfiles/:id': {
      method: 'getStorageFileLink',
      permission: AdminOrManager,
      owned: { id: 'storage_file' },
      answer: 'redirect',
      summary: 'Redirects to the sound of a recording; `id` is that of the recording',
    },
    'POST /recordingfiles': {
      method: 'archiveRecordings',
      permission: AdminOrManager,
      summary: 'Several recordings in one ZIP file, with a link to it that is good for a day',
    },
    'GET /storage_links/:id': {
      method: 'openStorageLink',
      permission: NoneChecked,
      identity: ['none'],
      answer: 'stream',
      summary: 'The content of a file, by a link that was signed for a while',
    },

    'GET /service_agents/files': { ...ofAgent, method: 'listStorageFiles', page },
    'POST /service_agents/files': { ...ofAgent, method: 'createAgentFile', permission: All, body: 'multipart' },
    'GET /service_agents/files/:id': { ...ofAgent, method: 'getStorageFile', owned: { id: 'storage_file' } },
    'DELETE /service_agents/files/:id': { ...ofAgent, method: 'deleteStorageFile', owned: { id: 'storage_file' } },
    'GET /service_agents/files/:id/file': { ...ofAgent, method: 'getStorageFileLink', owned: { id: 'storage_file' }, answer: 'redirect' },
  },
})
export type StorageContract = typeof storageContract
