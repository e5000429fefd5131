import { EventEmitter } from 'node:events'

/** Messages of the pages arrive here as events named by their channel. */
export const ipcMain = new EventEmitter()
