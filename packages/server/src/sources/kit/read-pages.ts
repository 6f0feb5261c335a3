import type { AwsOperation } from '#aws/operation.ts';
import type { ReadContext, SourcePage } from './collection.ts';

/** What every paged operation takes. */
export interface PageInput {
	readonly nextToken?: string;
	readonly maxResults?: number;
}

/** What every paged operation answers; a null token ends the listing. */
export interface PageOutput<Item> {
	readonly items: readonly Item[];
	readonly nextToken: string | null;
}

/** Reads a listing page by page to its end. Pages may be short or empty; only a missing token ends it. */
export async function* readPages<Item>(
	context: ReadContext,
	operation: AwsOperation<PageInput, PageOutput<Item>>,
	maxResults: number,
): AsyncGenerator<SourcePage<Item>, void, void> {
	let token: string | null = null;
	do {
		const input: PageInput = token === null ? { maxResults } : { maxResults, nextToken: token };
		const page: PageOutput<Item> = await context.call(operation, input);
		yield { token, items: page.items, nextToken: page.nextToken };
		token = page.nextToken;
	} while (token !== null);
}
