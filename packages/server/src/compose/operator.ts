import { userInfo } from 'node:os';

/** Whoever runs the command, as the owner of what is saved for oneself alone. */
export function nameOperator(): string {
	try {
		return userInfo().username;
	} catch {
		// A container may run as a number that no name belongs to.
		return `uid ${process.getuid?.() ?? 'unknown'}`;
	}
}
