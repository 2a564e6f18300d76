import type { CallAction } from '../call-action.ts'

export const digitsSend: CallAction<'digits_send'> = ({ call, option }) => {
  const [digits, duration_ms, gap_ms] = [String(option.digits), Number(option.duration), Number(option.interval)]
  return {
    commands: [{ method: 'sendDigits', input: { id: call.id, digits, duration_ms, gap_ms } }],
    timerMs: digits.length * (duration_ms + gap_ms),
  }
}
