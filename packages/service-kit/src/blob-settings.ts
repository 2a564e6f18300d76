import { z } from 'zod'
import { type Settings, textSetting } from './settings.ts'

/** Settings of a service that keeps or opens blobs: it spreads them into its own, so that all of them mean the same store. */
export const blobSettings = {
  blobUrl: textSetting(
    'VOIPBIN_BLOB_URL',
    '',
    {
      unit: 'URL',
      about:
        'Where files are kept: "s3://bucket/prefix?region=…&endpoint=…", or "file:///folder" that all machines share; empty: the folder "blobs" in the data folder',
    },
    z
      .string()
      .regex(
        /^(s3:\/\/[a-z0-9][a-z0-9.-]+(\/[\w.-]+)*\/?(\?\S+)?|file:\/\/\/\S+)?$/,
        'must begin with "s3://" and a bucket, or with "file:///"',
      ),
  ),
  blobKeyId: textSetting('VOIPBIN_BLOB_KEY_ID', '', { about: 'Access key id for the object store; empty: the role of the machine' }),
  blobSecret: textSetting('VOIPBIN_BLOB_SECRET', '', { about: 'Secret access key for the object store' }),
} satisfies Settings
