import type { Call, Confbridge, Recording } from '@voipbin/contracts/call-entities'
import { ServiceError } from '@voipbin/contracts/errors'
import { NIL_ID } from '@voipbin/contracts/fields'
import type { Variables } from '@voipbin/contracts/flow'
import type { MediaSubject } from '@voipbin/contracts/switch'
import { isLive, refuseUnlessProgressing } from './call.ts'
import { channel, type SwitchCommand } from './call-action.ts'

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

/** A room that nobody has come to is on no node yet. @throws CONFBRIDGE_NOT_PROGRESSING, RECORDING_ACTIVE */
export function refuseUnlessRoomRecordable({ id, status, node_id, recording_id }: Confbridge): void {
  const refused = (reason: string, why: string) =>
    new ServiceError('FAILED_PRECONDITION', reason, `Cannot record confbridge "${id}": ${why}`)
  if (status !== 'progressing') throw refused('CONFBRIDGE_NOT_PROGRESSING', `it is ${status}`)
  if (node_id === '') throw refused('CONFBRIDGE_NOT_PROGRESSING', 'nobody is in it')
  if (recording_id !== NIL_ID) throw refused('RECORDING_ACTIVE', `"${recording_id}" is active`)
}

/** @throws RECORDING_NOT_ACTIVE */
export function refuseWithoutRecording(of: string): never {
  throw new ServiceError('FAILED_PRECONDITION', 'RECORDING_NOT_ACTIVE', `Cannot stop the recording of ${of}: there is none`)
}

/** What the node records: of a call in left and out right, of a room its mix. */
export const subjectOf = ({ reference_type, reference_id }: Pick<Recording, 'reference_type' | 'reference_id'>): MediaSubject =>
  reference_type === 'call' ? channel(reference_id) : { kind: 'bridge', id: reference_id }

export function recordCommand(subject: MediaSubject, wanted: WantedRecording): RecordCommand {
  return {
    method: 'record',
    input: {
      ...{ id: wanted.id, subject, direction: 'both', beep: wanted.beep_start },
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
