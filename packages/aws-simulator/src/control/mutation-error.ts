/** A change that makes no sense in this world: it names what is wrong and has changed nothing. */
export class MutationError extends Error {}
