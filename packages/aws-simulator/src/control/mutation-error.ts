/** A change that cannot be made; the message says why. */
export class MutationError extends Error {}
