import type { AttributeValues } from '@rollcall/model/asset/derived.ts';
import type { UnknownMask } from '@rollcall/model/asset/unknown.ts';
import type { RecordStanding } from './asset-standing.ts';
import type { AssetLabels } from './labels.ts';

export interface AssetQuery<Filter, Sort extends string> {
	readonly filter: Filter;
	readonly sort: Sort;
	readonly limit: number;
	/** From `nextCursor` of the page before, with the same filter and sort. */
	readonly cursor: string | null;
}

export interface AssetRow<Attributes = AttributeValues> {
	readonly id: string;
	/** Kind of the integration whose record it shows, as `ec2.devices`. */
	readonly source: string;
	/** Kinds of the integrations whose live records tell of it, that of `source` first. */
	readonly kinds: readonly string[];
	readonly nativeId: string;
	readonly standing: RecordStanding;
	readonly firstObservedAt: string;
	readonly lastConfirmedAt: string | null;
	readonly lastChangedAt: string;
	readonly attributes: Attributes;
	readonly unknown: UnknownMask;
	/** Absent where they were not read. */
	readonly labels?: AssetLabels;
}

/** Of the scopes that should have been read, how many are complete. */
export interface Coverage {
	readonly scopes: number;
	readonly scopesComplete: number;
	/** Of the complete scopes, the oldest confirmation; null where none is. */
	readonly oldestConfirmedAt: string | null;
}

export interface AssetSlice<Attributes = AttributeValues> {
	readonly assets: readonly AssetRow<Attributes>[];
	readonly nextCursor: string | null;
}

export interface AssetPage<Attributes = AttributeValues> extends AssetSlice<Attributes> {
	/** All that match, not only this page; at least this many where `totalIsExact` is false. */
	readonly total: number;
	readonly totalIsExact: boolean;
	/** Further ones of which the filter asks what is not known: they may match or not. */
	readonly undecided: number;
	readonly coverage: Coverage;
}
