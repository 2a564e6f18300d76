import type { Call, Recording } from '@voipbin/contracts/call-entities'
import { ServiceError } from '@voipbin/contracts/errors'
import { NIL_ID } from '@voipbin/contracts/fields'
import type { Variables } from '@voipbin/contracts/flow'
import { isLive, refuseUnlessProgressing } from './call.ts'
import type { SwitchCommand } from './call-action.ts'

/** As a client or a flow asks for it; times in seconds, 0: no limit. */
export type WantedRecording = {
  readonly id: string
  readonly format: Recording['format']
  readonly end_of_silence: number
  readonly end_of_key: '' | 'none' | 'any' | '*' | '#'
  readonly duration: number
  readonly beep_start: boolean
  readonly on_end_flow_id: string
  readonly is_of_flow: boolean
}

type RecordCommand = Extract<SwitchCommand, { method: 'record' }>

const endDigits: Readonly<Record<WantedRecording['end_of_key'], string>> = {
  ...{ '': '', none: '', any: '0123456789*#ABCD' },
  ...{ '*': '*', '#': '#' },
}

export const isOpen = ({ status }: Pick<Recording, 'status'>) => status !== 'ended'

/**
 * A flow may have answered the call a moment ago, and the news of it be on its way: that the call is live is enough for it.
 * @throws CALL_NOT_PROGRESSING, RECORDING_ACTIVE
 */
export function refuseUnlessRecordable(call: Call, isOfFlow: boolean): void {
  if (!isOfFlow || !isLive(call)) refuseUnlessProgressing(call, 'record')
  if (call.recording_id !== NIL_ID)
    throw new ServiceError('FAILED_PRECONDITION', 'RECORDING_ACTIVE', `Cannot record call "${call.id}": "${call.recording_id}" is active`)
}

/** @throws RECORDING_NOT_ACTIVE */
export function refuseWithoutRecording(callId: string): never {
  throw new ServiceError('FAILED_PRECONDITION', 'RECORDING_NOT_ACTIVE', `Cannot stop the recording of call "${callId}": there is none`)
}

export function recordCommand(call: Pick<Call, 'id'>, wanted: WantedRecording): RecordCommand {
  return {
    method: 'record',
    input: {
      ...{ id: wanted.id, subject: { kind: 'channel', id: call.id }, direction: 'both', beep: wanted.beep_start },
      ...{ max_duration_ms: wanted.duration * 1000, end_silence_ms: wanted.end_of_silence * 1000 },
      end_digits: endDigits[wanted.end_of_key],
      put_url: `blob:${wanted.id}`,
    },
  }
}

/** What a flow can read of it, from its beginning on. `url` leads to its sound, and can be played in a flow of the same customer. */
export const namesOfRecording = (recording: Recording, publicUrl: string): Variables => ({
  ...{ 'voipbin.recording.id': recording.id, 'voipbin.recording.format': recording.format },
  ...{ 'voipbin.recording.reference_type': recording.reference_type, 'voipbin.recording.reference_id': recording.reference_id },
  ...{ 'voipbin.recording.recording_name': nameOf(recording), 'voipbin.recording.filenames': filenameOf(recording) },
  'voipbin.recording.url': recordingUrl(publicUrl, recording.id),
})

/** What the flow that follows it can read. */
export const recordingVariables = (recording: Recording, publicUrl: string): Variables => ({
  ...namesOfRecording(recording, publicUrl),
  ...(recording.file_status === 'none' && { 'voipbin.recording.filenames': '' }),
  'voipbin.recording.error': recording.error,
})

type Named = Pick<Recording, 'reference_type' | 'reference_id' | 'tm_create' | 'format'>

/** Colons are no part of a file's name everywhere. */
const nameOf = ({ reference_type, reference_id, tm_create }: Named) => `${reference_type}_${reference_id}_${tm_create.replaceAll(':', '-')}`

export const filenameOf = (recording: Named): string => `${nameOf(recording)}.${recording.format}`

export const recordingUrl = (publicUrl: string, id: string): string => `${publicUrl.replace(/\/+$/, '')}/v1.0/recordingfiles/${id}`
