import type { Composition } from '#compose/ports.ts';

/**
 * Loads the parts behind the commands. Kept out of start-up: help and usage errors need none of it, and it is the only
 * way from a command to the rest of the program.
 */
export async function loadComposition(): Promise<Composition> {
	return await import('#compose.ts');
}
