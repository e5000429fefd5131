import { z } from 'zod'
import { CALL_LOG_DAYS, CALL_LOG_MEGABYTES, CALL_LOG_ROWS } from './calls.ts'

/** How the app looks and behaves before the person; the same in all its windows. */
export const preferenceFields = {
  theme: z.enum(['system', 'light', 'dark']),
  language: z.enum(['system', 'en', 'zh']),
  openAtLogin: z.boolean(),
  /** Only when it was opened at login. */
  startHidden: z.boolean(),
  /** What closing the window does. */
  onClose: z.enum(['tray', 'quit']),
  /** A newer version is installed when the app quits, or the person is asked. */
  updates: z.enum(['install', 'ask']),
  /** Accounts that are no administrators may add servers that run a program, too. */
  membersRunPrograms: z.boolean(),
  /** The call log keeps calls for so many days, and no more of them than that, in no more room. */
  callLogDays: z.int().min(CALL_LOG_DAYS.least).max(CALL_LOG_DAYS.most),
  callLogRows: z.int().min(CALL_LOG_ROWS.least).max(CALL_LOG_ROWS.most),
  callLogMegabytes: z.int().min(CALL_LOG_MEGABYTES.least).max(CALL_LOG_MEGABYTES.most),
}

export type Preferences = z.infer<z.ZodObject<typeof preferenceFields>>

export const DEFAULT_PREFERENCES: Preferences = {
  theme: 'system',
  language: 'system',
  openAtLogin: false,
  startHidden: false,
  onClose: 'tray',
  updates: 'install',
  membersRunPrograms: false,
  callLogDays: CALL_LOG_DAYS.usual,
  callLogRows: CALL_LOG_ROWS.usual,
  callLogMegabytes: CALL_LOG_MEGABYTES.usual,
}

export const logLevel = z.enum(['debug', 'info', 'warn', 'error', 'silent'])
export const DEFAULT_PORT = 12_008

/**
 * What a start reads from `host.json` in the data folder, below arguments and environment. `null`
 * and absent mean the default.
 */
export const savedStart = z.object({
  port: z.int().min(1).max(65_535).nullish(),
  logLevel: logLevel.exclude(['silent']).nullish(),
})

export const settingsPatch = z.strictObject({ ...preferenceFields, ...savedStart.shape }).partial()

export type SavedStart = z.infer<typeof savedStart>
export type SettingsPatch = z.infer<typeof settingsPatch>

/** A setting that is read at the start: with `next` other than `now`, a restart changes it. */
export type StartSetting<T> = {
  now: T
  next: T
  /** The argument or variable that decides it: `--port`. Then nothing else does. */
  fixedBy: string | null
}

export type SettingsView = Preferences & {
  /** Clients see no tools. */
  paused: boolean
  port: StartSetting<number>
  logLevel: StartSetting<z.infer<typeof logLevel>>
}
