import { openBlobStore } from '@voipbin/blob'
import { customerContract } from '@voipbin/contracts/customer'
import { storageContract } from '@voipbin/contracts/storage'
import { defineService, on, purgeOnCustomerDeleted } from '@voipbin/service-kit'
import { storageConfig } from './config.ts'
import { dropArchives } from './events/drop-archives.ts'
import { onCustomerCreated } from './events/on-customer-created.ts'
import { expireArchiveHandler } from './jobs/expire-archive.ts'
import { onBlobUnused, removeBlobHandler } from './jobs/remove-blob.ts'
import { createLinks } from './links.ts'
import { archiveRecordings } from './methods/archive-recordings.ts'
import { createAgentFile } from './methods/create-agent-file.ts'
import { createStorageAccount } from './methods/create-storage-account.ts'
import { createStorageFile } from './methods/create-storage-file.ts'
import { deleteStorageAccount } from './methods/delete-storage-account.ts'
import { deleteStorageFile } from './methods/delete-storage-file.ts'
import { dropRecording } from './methods/drop-recording.ts'
import { ensureLinkKey } from './methods/ensure-link-key.ts'
import { getArchive } from './methods/get-archive.ts'
import { getOwnStorageAccount } from './methods/get-own-storage-account.ts'
import { getStorageAccount } from './methods/get-storage-account.ts'
import { getStorageFile } from './methods/get-storage-file.ts'
import { getStorageFileLink } from './methods/get-storage-file-link.ts'
import { keepRecording } from './methods/keep-recording.ts'
import { listStorageAccounts } from './methods/list-storage-accounts.ts'
import { listStorageFiles } from './methods/list-storage-files.ts'
import { openStorageLink } from './methods/open-storage-link.ts'
import { accounts } from './store/accounts.ts'
import { archives } from './store/archives.ts'
import { files } from './store/files.ts'

export const storageService = defineService({
  contract: storageContract,
  config: storageConfig,
  folder: import.meta,
  start: (kit) => {
    const { config, client } = kit
    const blobs = openBlobStore(config, kit)
    const links = createLinks(config)
    const creating = { links, quotaMegabytes: config.quotaMegabytes }
    return {
      methods: {
        ...{ listStorageAccounts, getStorageAccount, getOwnStorageAccount, deleteStorageAccount, keepRecording, dropRecording, getArchive },
        archiveRecordings: archiveRecordings({ blobs, links }),
        ensureLinkKey: ensureLinkKey(links),
        createStorageAccount: createStorageAccount(client),
        listStorageFiles: listStorageFiles(links),
        getStorageFile: getStorageFile(links),
        createStorageFile: createStorageFile(creating),
        createAgentFile: createAgentFile(creating),
        deleteStorageFile: deleteStorageFile(links),
        getStorageFileLink: getStorageFileLink(links),
        openStorageLink: openStorageLink(links),
      },
      events: [
        on(customerContract, 'customer_created', onCustomerCreated),
        on(storageContract, 'file_deleted', onBlobUnused),
        on(storageContract, 'file_deleted', dropArchives),
        on(storageContract, 'archive_deleted', onBlobUnused),
        purgeOnCustomerDeleted(files, 'file_deleted'),
        purgeOnCustomerDeleted(archives, 'archive_deleted'),
        purgeOnCustomerDeleted(accounts, 'account_deleted'),
      ],
      jobs: [removeBlobHandler(blobs), expireArchiveHandler],
      async listen() {
        await client(storageContract).ensureLinkKey({})
        return { description: '', close: () => blobs.close() }
      },
    }
  },
})
