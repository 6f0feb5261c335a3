import type { PrimaryFacts } from './choose-primary.ts';

/** One record as correlation sees it, with where it stands now. Insufficient records do not take part. */
export interface CorrelationRecord extends PrimaryFacts {
	/** Kind of its integration, as `iam.users`. */
	readonly kind: string;
	/** Where the user lives (`correlationStore`). */
	readonly store: string;
	/** By `correlationIdentifiers`; of a retired record, those it had last. */
	readonly identifiers: readonly string[];
	/** A UUID of organization and native id alone: the same exactly for records of one native id. */
	readonly ownAssetId: string;
	/** The asset it stands in now; its own for a record that was never correlated. */
	readonly assetId: string;
	/** Whether it is the primary of that asset now. */
	readonly isPrimary: boolean;
	/** The record of the same native id that counts instead of it now. */
	readonly duplicateOf: string | null;
}

/** Why a record stands in an asset beside the record that the asset began with. */
export type LinkReason =
	/** It shares this e-mail address with that record. */
	| { readonly by: 'email'; readonly value: string; readonly with: string }
	/** It is the same thing, read through another integration. */
	| { readonly by: 'native_id'; readonly with: string }
	/** It was in this asset when it retired, by what it has no more. */
	| { readonly by: 'retired' };

export interface CorrelatedRecord {
	readonly recordId: string;
	readonly assetId: string;
	readonly isPrimary: boolean;
	/** Of a live record that is a duplicate: the one that counts. */
	readonly duplicateOf: string | null;
	/** Null for the one record of the asset to which the reasons of all others lead. */
	readonly reason: LinkReason | null;
}

/**
 * Records that changed their asset: `from` went up in `to` and leads there now (merge), or lives on without them, by itself
 * or in another (split).
 */
export interface AssetMove {
	readonly type: 'AssetMerge' | 'AssetSplit';
	readonly from: string;
	readonly to: string;
	readonly recordIds: readonly string[];
}

/** An id that no record stands in any more. It leads to the asset of the record that it stayed with last, wherever that goes. */
export interface AssetAlias {
	readonly assetId: string;
	readonly recordId: string;
}

/** Why users are not one by an e-mail address that they share. */
export const ambiguities = ['shared_within_store', 'too_many_of_a_kind'] as const;
export type Ambiguity = (typeof ambiguities)[number];

export interface AmbiguousIdentifier {
	readonly value: string;
	readonly why: Ambiguity;
	/** The live records given that hold it. */
	readonly recordIds: readonly string[];
}

export interface Correlation {
	/** One for each record given, in the order of their ids (code points). */
	readonly records: readonly CorrelatedRecord[];
	readonly moves: readonly AssetMove[];
	/** Of the assets that there were, those that there are no more, in the order of their ids. */
	readonly aliases: readonly AssetAlias[];
	readonly ambiguous: readonly AmbiguousIdentifier[];
}
