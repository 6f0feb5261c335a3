import type { ApiError } from '../http/messages.ts';
import type { Simulator } from '../simulator.ts';
import { hashText, mix, toUnit } from '../world/hash.ts';
import { decodePageToken, encodePageToken } from './page-token.ts';
import type { Call } from './wire.ts';

/** One page of a listing, before its items are known. */
export interface OpenPage {
	/** Position of the first item; before the page's own place when items are to be repeated. */
	readonly start: number;
	readonly place: number;
	readonly limit: number;
	readonly page: number;
	readonly emptied: boolean;
	readonly bound: string;
	readonly token: string | undefined;
}

const REPEATED_ITEMS = 3;

const BOUND_PARAMETERS = ['IncludeManagedResources', 'PathPrefix', 'IdentityStoreId', 'GroupId'];

/** What ties a token to its question: the same listing of the same account and region. */
function bindingOf(call: Call): string {
	const rest = [...call.parameters].filter(([name]) => name.startsWith('Filter') || BOUND_PARAMETERS.includes(name));
	return hashText(
		call.principal.accountId.length,
		JSON.stringify([call.principal.accountId, call.region, call.action, rest]),
	).toString(36);
}

/** Reads the token and decides how much the page may hold. Throws AWS's error for a token that was not handed out here. */
export function openPage(
	simulator: Simulator,
	call: Call,
	asked: number,
	tokenParameter: string,
	invalidToken: () => ApiError,
): OpenPage {
	const { options, world } = simulator;
	const token = call.parameters.get(tokenParameter);
	const bound = bindingOf(call);
	const decoded = token === undefined ? undefined : decodePageToken(simulator, token);
	if (token !== undefined && decoded?.bound !== bound) {
		throw invalidToken();
	}
	const place = decoded?.position ?? 0;
	const page = decoded?.page ?? 0;
	const emptied = decoded?.emptied ?? false;
	const draw = mix(hashText(world.key, bound), place);
	const empty = !emptied && (call.lie === 'empty_page' || toUnit(mix(draw, 1)) < options.emptyPageRate);
	const capped = options.pageCap > 0 ? Math.min(asked, options.pageCap) : asked;
	const short = toUnit(mix(draw, 2)) < options.shortPageRate ? 1 + (mix(draw, 3) % capped) : capped;
	const start = call.lie === 'duplicates' ? Math.max(0, place - REPEATED_ITEMS) : place;
	return { start, place, limit: empty ? 0 : short + place - start, page, emptied: empty, bound, token };
}

/** The token of the next page, or undefined at the end. */
export function closePage(
	simulator: Simulator,
	call: Call,
	page: OpenPage,
	position: number,
	total: number,
): string | undefined {
	if (call.lie === 'repeated_token') {
		return (
			page.token ??
			encodePageToken(simulator, { position: page.place, page: page.page + 1, emptied: true, bound: page.bound })
		);
	}
	if (!page.emptied && position >= total) {
		return undefined;
	}
	return encodePageToken(simulator, { position, page: page.page + 1, emptied: page.emptied, bound: page.bound });
}

/** Fills a page from numbered places, some of which are empty, and gives the token of the next one. */
export function fillPage<Item>(
	simulator: Simulator,
	call: Call,
	page: OpenPage,
	total: number,
	itemAt: (place: number) => Item | undefined,
): { items: Item[]; token: string | undefined } {
	const items: Item[] = [];
	let position = page.start;
	for (; position < total && items.length < page.limit; position++) {
		const item = itemAt(position);
		if (item !== undefined) {
			items.push(item);
		}
	}
	if (call.lie === 'shuffled') {
		items.reverse();
	}
	return { items, token: closePage(simulator, call, page, position, total) };
}
