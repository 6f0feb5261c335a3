import { toFaultError } from './fault.ts';

export interface TokenPage {
	/** Null on the last page. */
	readonly nextToken: string | null;
}

export interface AskedPage<Page extends TokenPage> {
	/** Token that asked for this page; null for the first. */
	readonly token: string | null;
	readonly page: Page;
}

/**
 * Asks page after page to the end of a listing. Empty and short pages are passed on like any other; only a missing
 * token ends it. A token seen before in this listing is a loop: it throws a `bad_token` fault, as a refused one does.
 *
 * @param action IAM action of the listing, for the fault
 */
export async function* pageThrough<Page extends TokenPage>(
	action: string,
	ask: (token: string | null) => Promise<Page>,
): AsyncGenerator<AskedPage<Page>, void, void> {
	const seen = new Set<string>();
	let token: string | null = null;
	do {
		const page: Page = await ask(token);
		const { nextToken } = page;
		if (nextToken !== null && seen.has(nextToken)) {
			throw toFaultError({
				kind: 'bad_token',
				code: 'RepeatedToken',
				action,
				message: `AWS repeated a page token of ${action}: the listing goes in a circle.`,
			});
		}
		yield { token, page };
		if (nextToken !== null) seen.add(nextToken);
		token = nextToken;
	} while (token !== null);
}
