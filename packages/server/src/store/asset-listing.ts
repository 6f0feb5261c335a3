import type { AttributeValues } from '@rollcall/model/asset/derived.ts';
import type { UnknownMask } from '@rollcall/model/asset/unknown.ts';
import type { RecordStanding } from './asset-standing.ts';
import type { AssetLabels } from './labels.ts';
import type { AssetCounts } from './query/count-assets.ts';

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
	/** The records that tell of it, its primary first. Absent where they were not told apart. */
	readonly members?: readonly AssetMember[];
}

/** A record of an asset, as it is told apart in lists. */
export interface AssetMember {
	readonly kind: string;
	readonly nativeId: string;
	readonly standing: RecordStanding;
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
	/** Of all that match, not only of this page. */
	readonly counts: AssetCounts;
	readonly coverage: Coverage;
}
