import type { Terminal } from './terminal.ts';
import { usageError } from './usage.ts';

/**
 * Whether a person agrees. Throws `USAGE:0001` where there is no terminal to ask on.
 *
 * @param reason why somebody is asked at all, as the beginning of a sentence
 */
export async function confirmAsked(terminal: Terminal, question: string, reason: string): Promise<boolean> {
	if (!terminal.canAsk) throw usageError(`${reason}, and there is no terminal to ask on`, 'add --yes');
	const answer = await terminal.ask(`${question} [y/N] `);
	return /^y(?:es)?$/iu.test(answer?.trim() ?? '');
}
