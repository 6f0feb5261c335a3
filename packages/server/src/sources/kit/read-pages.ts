import type { AwsOperation } from '#aws/operation.ts';
import { pageThrough } from '#aws/paging.ts';
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

/**
 * Reads a listing page by page to its end. Pages may be short or empty; only a missing token ends it. A token that comes
 * again is a `bad_token` fault, which starts the listing anew.
 */
export async function* readPages<Item>(
	context: ReadContext,
	operation: AwsOperation<PageInput, PageOutput<Item>>,
	maxResults: number,
): AsyncGenerator<SourcePage<Item>, void, void> {
	yield* readListing(context, operation, { maxResults });
}

/** The same for a listing that takes more than a page size. */
export async function* readListing<Input extends PageInput, Item>(
	context: Pick<ReadContext, 'call'>,
	operation: AwsOperation<Input, PageOutput<Item>>,
	input: Input,
): AsyncGenerator<SourcePage<Item>, void, void> {
	const ask = (nextToken: string | null): Promise<PageOutput<Item>> =>
		context.call(operation, nextToken === null ? input : { ...input, nextToken });
	for await (const { token, page } of pageThrough(operation.action, ask)) {
		yield { token, items: page.items, nextToken: page.nextToken };
	}
}
