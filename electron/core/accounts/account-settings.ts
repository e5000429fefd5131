import { randomBytes } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import type {
  IdentityProviderInput,
  IdentityProviderView,
  SignUpMode,
} from '../../../shared/account.ts'
import { AppError } from '../errors.ts'
import type { Secrets } from '../secrets.ts'

/** As the settings keep it. */
type StoredAccounts = {
  sealedSecret: string
  signUp: SignUpMode
  providers: StoredProvider[]
}

type StoredProvider = Omit<IdentityProviderView, 'hasClientSecret'> & {
  sealedClientSecret: string | null
}

/** A provider as it is signed in to. */
export type OpenProvider = Omit<IdentityProviderView, 'hasClientSecret'> & {
  clientSecret: string | null
}

/** How accounts are made and signed in to. Reading is from memory. */
export interface AccountSettings {
  /** What better-auth signs and encrypts with: 256 random bits, the same after a restart. */
  readonly secret: string
  readonly signUp: SignUpMode
  setSignUp(mode: SignUpMode): Promise<void>
  providers(): IdentityProviderView[]
  /** With what is secret in them: for the engine, and for nobody else. */
  openProviders(): OpenProvider[]
  /** Rejects with AppError `invalid` for an issuer over http that is not on this machine. */
  putProvider(input: IdentityProviderInput): Promise<void>
  /** Rejects with AppError `not-found`. */
  removeProvider(id: string): Promise<void>
  /** After another process has stored others; resolves with whether the providers are others. */
  reload(): Promise<boolean>
}

export type AccountSettingsOptions = {
  load: () => Promise<StoredAccounts | null>
  save: (value: StoredAccounts) => Promise<void>
  secrets: Secrets
}

const SECRET = 'accounts:secret'

export async function openAccountSettings(
  options: AccountSettingsOptions,
): Promise<AccountSettings> {
  const { load, save, secrets } = options
  let value = (await load()) ?? (await keep(firstSettings(secrets)))
  const secret = secrets.open(value.sealedSecret, SECRET)

  async function keep(next: StoredAccounts): Promise<StoredAccounts> {
    await save(next)
    return next
  }
  const change = async (fields: Partial<StoredAccounts>) => {
    value = await keep({ ...value, ...fields })
  }
  const others = (id: string) => value.providers.filter((provider) => provider.id !== id)
  return {
    secret,
    get signUp() {
      return value.signUp
    },
    setSignUp: (signUp) => change({ signUp }),
    providers: () =>
      value.providers.map(({ sealedClientSecret, ...provider }) => {
        return { ...provider, hasClientSecret: sealedClientSecret !== null }
      }),
    openProviders: () =>
      value.providers.map(({ sealedClientSecret: sealed, ...provider }) => {
        const clientSecret = sealed === null ? null : secrets.open(sealed, contextOf(provider.id))
        return { ...provider, clientSecret }
      }),
    async putProvider({ clientSecret, ...provider }) {
      requireSafeIssuer(provider.issuer)
      const before = value.providers.find(({ id }) => id === provider.id)
      const kept = before?.sealedClientSecret ?? null
      const sealedClientSecret =
        clientSecret === undefined ? kept : sealed(secrets, provider.id, clientSecret)
      await change({ providers: [...others(provider.id), { ...provider, sealedClientSecret }] })
    },
    async removeProvider(id) {
      const left = others(id)
      if (left.length === value.providers.length) {
        throw new AppError('not-found', `There is no provider with the id "${id}".`)
      }
      await change({ providers: left })
    },
    async reload() {
      const before = value.providers
      value = (await load()) ?? value
      return !isDeepStrictEqual(before, value.providers)
    },
  }
}

function firstSettings(secrets: Secrets): StoredAccounts {
  const secret = randomBytes(32).toString('base64url')
  return { sealedSecret: secrets.seal(secret, SECRET), signUp: 'closed', providers: [] }
}

function sealed(secrets: Secrets, id: string, clientSecret: string): string | null {
  return clientSecret === '' ? null : secrets.seal(clientSecret, contextOf(id))
}

function contextOf(id: string): string {
  return `provider:${id}`
}

/** What a provider says of a person is believed: nobody may stand between us and it. */
function requireSafeIssuer(issuer: string): void {
  const { protocol, hostname } = new URL(issuer)
  if (protocol === 'https:' || ['127.0.0.1', 'localhost', '[::1]'].includes(hostname)) return
  throw new AppError('invalid', 'A provider is reached by https, unless it runs on this machine.')
}
