import type { ActionType } from '@voipbin/contracts/flow-actions'
import type { CallAction } from '../call-action.ts'
import { answer } from './answer.ts'
import { beep } from './beep.ts'
import { confbridgeJoin } from './confbridge-join.ts'
import { connect } from './connect.ts'
import { digitsReceive } from './digits-receive.ts'
import { digitsSend } from './digits-send.ts'
import { echo } from './echo.ts'
import { externalMediaStart } from './external-media-start.ts'
import { externalMediaStop } from './external-media-stop.ts'
import { hangup } from './hangup.ts'
import { mute } from './mute.ts'
import { play } from './play.ts'
import { recordingStart } from './recording-start.ts'
import { recordingStop } from './recording-stop.ts'
import { sleep } from './sleep.ts'
import { talk } from './talk.ts'

/** Actions that a call carries out; flows hand over no others. */
export const callActions = {
  answer,
  beep,
  confbridge_join: confbridgeJoin,
  connect,
  digits_receive: digitsReceive,
  digits_send: digitsSend,
  echo,
  external_media_start: externalMediaStart,
  external_media_stop: externalMediaStop,
  hangup,
  mute,
  play,
  recording_start: recordingStart,
  recording_stop: recordingStop,
  sleep,
  stream_echo: echo,
  talk,
} satisfies { readonly [T in ActionType]?: CallAction<T> }
