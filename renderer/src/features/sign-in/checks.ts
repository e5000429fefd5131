/** Enough to tell a slip of the hand; the server looks closer. */
export const EMAIL = /^[^\s@]+@[^\s@]+$/

/** As `PASSWORD_LENGTH` of the accounts. */
export const SHORTEST_PASSWORD = 10
