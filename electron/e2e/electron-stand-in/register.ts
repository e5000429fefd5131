import { registerHooks } from 'node:module'

// Loaded by `node --import` before the app: from then on "electron" is the stand-in.
const standIn = import.meta.resolve('./electron.ts')

registerHooks({
  resolve: (specifier, context, next) =>
    next(specifier === 'electron' ? standIn : specifier, context),
})
