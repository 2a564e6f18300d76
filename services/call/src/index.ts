import { callContract } from '@voipbin/contracts/call'
import { customerContract } from '@voipbin/contracts/customer'
import { storageContract } from '@voipbin/contracts/storage'
import { switchContract } from '@voipbin/contracts/switch'
import { defineService, on, purgeOnCustomerDeleted } from '@voipbin/service-kit'
import { createAllowDial } from './allow-dial.ts'
import { callConfig } from './config.ts'
import { onBridgeJoined, onBridgeLeft } from './events/on-bridge.ts'
import { onCallDeleted } from './events/on-call-deleted.ts'
import { onChannelAnswered } from './events/on-channel-answered.ts'
import { onChannelDigit } from './events/on-channel-digit.ts'
import { onChannelEnded } from './events/on-channel-ended.ts'
import { onChannelProgress } from './events/on-channel-progress.ts'
import { onConfbridgeDeleted } from './events/on-confbridge-deleted.ts'
import { onCustomerCreated, onCustomerDeleted } from './events/on-customer.ts'
import { onNodeDraining, onNodeUp } from './events/on-node.ts'
import { onPlaybackEnded } from './events/on-playback-ended.ts'
import {
  onFileCreated,
  onFileDeleted,
  onRecordingEnded,
  onRecordingFailed,
  onRecordingStarted,
  onRecordingStored,
} from './events/on-recording.ts'
import { onStreamEnded } from './events/on-stream-ended.ts'
import { advanceHandler } from './jobs/advance.ts'
import { checkNodesHandler } from './jobs/check-nodes.ts'
import { closeCallsHandler } from './jobs/close-calls.ts'
import { closeGoneHandler } from './jobs/close-gone.ts'
import { dialHandler } from './jobs/dial.ts'
import { endCallHandler } from './jobs/end-call.ts'
import { endWaitHandler } from './jobs/end-wait.ts'
import { enterRoomHandler } from './jobs/enter-room.ts'
import { followRecordingHandler } from './jobs/follow-recording.ts'
import { giveUpWayHandler } from './jobs/give-up-way.ts'
import { outOfRoomHandler } from './jobs/out-of-room.ts'
import { recordHandler } from './jobs/record.ts'
import { ringGroupHandler } from './jobs/ring-group.ts'
import { speakHandler } from './jobs/speak.ts'
import { stopRecordHandler } from './jobs/stop-record.ts'
import { tellNodeHandler } from './jobs/tell-node.ts'
import { createCalls } from './methods/create-calls.ts'
import { createGroupcall } from './methods/create-groupcall.ts'
import { createOutboundConfig } from './methods/create-outbound-config.ts'
import { deleteCall } from './methods/delete-call.ts'
import { deleteGroupcall } from './methods/delete-groupcall.ts'
import { deleteOutboundConfig } from './methods/delete-outbound-config.ts'
import { deleteRecording } from './methods/delete-recording.ts'
import { endOfFlow } from './methods/end-of-flow.ts'
import { getCall } from './methods/get-call.ts'
import { getConfbridge } from './methods/get-confbridge.ts'
import { getGroupcall } from './methods/get-groupcall.ts'
import { getOutboundConfig } from './methods/get-outbound-config.ts'
import { getOwnOutboundConfig } from './methods/get-own-outbound-config.ts'
import { getRecording } from './methods/get-recording.ts'
import { hangupCall } from './methods/hangup-call.ts'
import { hangupGroupcall } from './methods/hangup-groupcall.ts'
import { holdCall } from './methods/hold-call.ts'
import { listCalls } from './methods/list-calls.ts'
import { listGroupcalls } from './methods/list-groupcalls.ts'
import { listOutboundConfigs } from './methods/list-outbound-configs.ts'
import { listRecordings } from './methods/list-recordings.ts'
import { muteCall } from './methods/mute-call.ts'
import { offerCall } from './methods/offer-call.ts'
import { placeCalls } from './methods/place-calls.ts'
import { playMoh } from './methods/play-moh.ts'
import { playSilence } from './methods/play-silence.ts'
import { startCallRecording } from './methods/start-call-recording.ts'
import { startConfbridgeRecording } from './methods/start-confbridge-recording.ts'
import { stopCallRecording } from './methods/stop-call-recording.ts'
import { stopConfbridgeRecording } from './methods/stop-confbridge-recording.ts'
import { stopMoh } from './methods/stop-moh.ts'
import { stopSilence } from './methods/stop-silence.ts'
import { takeStep } from './methods/take-step.ts'
import { talkOnCall } from './methods/talk-on-call.ts'
import { unholdCall } from './methods/unhold-call.ts'
import { unmuteCall } from './methods/unmute-call.ts'
import { updateOutboundConfig } from './methods/update-outbound-config.ts'
import { updateOwnOutboundConfig } from './methods/update-own-outbound-config.ts'
import { createCommand } from './nodes.ts'
import { calls } from './store/calls.ts'
import { confbridges } from './store/confbridges.ts'
import { groupcalls } from './store/groupcalls.ts'
import { outboundConfigs } from './store/outbound-configs.ts'
import { recordings } from './store/recordings.ts'

export const callService = defineService({
  contract: callContract,
  config: callConfig,
  folder: import.meta,
  start: ({ config, client }) => {
    const command = createCommand(client)
    const maxDurationMs = config.maxDurationSeconds * 1000
    const times = { dialTimeoutMs: config.dialTimeoutSeconds * 1000, wayTimeoutMs: config.wayTimeoutSeconds * 1000 }
    const allow = createAllowDial(client, config.networkCallsPerHour)
    return {
      methods: {
        offerCall: offerCall(client, { maxDurationMs, callsPerExtension: config.callsPerExtension }),
        ...{ listCalls, getCall, deleteCall, hangupCall, holdCall, unholdCall, muteCall, unmuteCall },
        ...{ playMoh, stopMoh, playSilence, stopSilence, takeStep, endOfFlow, placeCalls, getConfbridge },
        talkOnCall: talkOnCall(client),
        createCalls: createCalls(client),
        createCallsWithMetadata: createCalls(client),
        createGroupcall: createGroupcall(client),
        ...{ listGroupcalls, getGroupcall, hangupGroupcall, deleteGroupcall },
        ...{ startConfbridgeRecording, stopConfbridgeRecording },
        ...{ startCallRecording, stopCallRecording, listRecordings, getRecording, deleteRecording },
        ...{ getOwnOutboundConfig, updateOwnOutboundConfig, listOutboundConfigs, createOutboundConfig, getOutboundConfig },
        ...{ updateOutboundConfig, deleteOutboundConfig },
      },
      events: [
        on(switchContract, 'channel.progress', onChannelProgress),
        on(switchContract, 'channel.answered', onChannelAnswered),
        on(switchContract, 'channel.digit', onChannelDigit),
        on(switchContract, 'channel.ended', onChannelEnded(times)),
        on(switchContract, 'bridge.joined', onBridgeJoined),
        on(switchContract, 'bridge.left', onBridgeLeft),
        on(switchContract, 'playback.ended', onPlaybackEnded),
        on(switchContract, 'recording.started', onRecordingStarted),
        on(switchContract, 'recording.ended', onRecordingEnded),
        on(switchContract, 'recording.failed', onRecordingFailed),
        on(switchContract, 'recording.stored', onRecordingStored),
        on(storageContract, 'file_created', onFileCreated),
        on(storageContract, 'file_deleted', onFileDeleted),
        on(switchContract, 'stream.ended', onStreamEnded),
        on(switchContract, 'node.up', onNodeUp, { name: 'nodeUp' }),
        on(switchContract, 'node.draining', onNodeDraining, { name: 'nodeDraining' }),
        on(callContract, 'call_deleted', onCallDeleted),
        on(callContract, 'confbridge_deleted', onConfbridgeDeleted),
        on(customerContract, 'customer_created', onCustomerCreated),
        on(customerContract, 'customer_deleted', onCustomerDeleted),
        purgeOnCustomerDeleted(calls, 'call_deleted'),
        purgeOnCustomerDeleted(outboundConfigs, 'outbound_config_deleted'),
        purgeOnCustomerDeleted(recordings, 'recording_deleted'),
        purgeOnCustomerDeleted(groupcalls, 'groupcall_deleted'),
        purgeOnCustomerDeleted(confbridges, 'confbridge_deleted'),
      ],
      jobs: [
        ...[
          advanceHandler(client, command, config.publicUrl),
          dialHandler(client, command, { ...times, maxDurationMs, allow }),
          tellNodeHandler(command),
          speakHandler(client, command),
        ],
        ...[ringGroupHandler(client, command), enterRoomHandler(command), outOfRoomHandler],
        ...[recordHandler(command), stopRecordHandler(command), followRecordingHandler(config.publicUrl)],
        ...[giveUpWayHandler(times), endWaitHandler, endCallHandler, checkNodesHandler, closeCallsHandler, closeGoneHandler],
      ],
    }
  },
})
