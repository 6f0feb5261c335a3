import type { AssetType } from '@rollcall/model/asset/record-state.ts';
import type { UnknownMask } from '@rollcall/model/asset/unknown.ts';
import type { Outcome, OutcomeCause } from '@rollcall/model/run/outcome.ts';

/** Id of a source record: a bigint, as the driver gives it. Only compared and sent back. */
export type RecordId = string;

/** Id of a scope: a bigint, as the driver gives it. */
export type ScopeId = string;

/** A record that is new, or whose hash differs from the known one. */
export interface RecordRow {
	/** Absent for a record that is not known yet. Only a hint: the store finds records by native id. */
	readonly id?: RecordId;
	readonly nativeId: string;
	readonly assetType: AssetType;
	/** Attributes of the parts in `partsRead`, absent ones left out. */
	readonly attributes: Readonly<Record<string, unknown>>;
	/** Every attribute name the parts in `partsRead` feed: stored ones of these names are replaced, others kept. */
	readonly replacedKeys: readonly string[];
	/** Parts read this time: 0 the primary listing, k the k-th enrichment. */
	readonly partsRead: readonly number[];
	/** 32 bytes per part of the collection; those of parts not in `partsRead` are not looked at. */
	readonly hash: Buffer;
	/** Unknowns of this record alone; those of its scope are derived when read. */
	readonly unknown: UnknownMask;
	readonly notes: readonly string[];
	readonly presence: 'present' | 'gone';
	readonly insufficient?: boolean;
	readonly rawJson: string;
}

/** How one enrichment of a scope ended in this run. One that was not due is left out. */
export interface EnrichmentUpdate {
	readonly outcome: Outcome;
	readonly cause?: OutcomeCause | null | undefined;
	/** When AWS made what was read, where that is earlier than the reading. */
	readonly asOf?: Date | undefined;
}

/** What was last known of one enrichment of a scope. Times are ISO 8601. */
export interface EnrichmentState {
	readonly outcome: Outcome;
	readonly cause?: OutcomeCause;
	/** When it last succeeded; absent: never. */
	readonly confirmed_at?: string;
	readonly tried_at: string;
	/** When AWS made what was last read successfully, where that is earlier than the reading (a report). */
	readonly as_of?: string;
}

/** All observations of one enrichment; they replace the stored ones of that scope and action. */
export interface ObservationSet {
	readonly action: string;
	readonly observations: readonly {
		readonly kind: string;
		readonly nativeId: string;
		readonly document: Readonly<Record<string, unknown>>;
	}[];
}

export interface ScopeClose {
	readonly outcome: Outcome;
	readonly cause?: OutcomeCause | null | undefined;
	readonly at: Date;
	/**
	 * Set where a complete scope was read by known ids: nothing is missed by absence, only these records, which AWS itself
	 * named as missing, are candidates of removal.
	 */
	readonly namedMissing?: readonly RecordId[];
	/** The lease is kept, under the next epoch, for what is still to be read of single records. */
	readonly goesOn?: boolean;
}

/** Records whose own read was answered, with or without a change. */
export interface ConfirmedDetails {
	readonly action: string;
	readonly nativeIds: readonly string[];
	readonly at: Date;
}

/** One page of one scope, or its close, or both. */
export interface ScopeWrite {
	readonly scopeId: ScopeId;
	/** Epoch of the lease under which the page was read. */
	readonly epoch: number;
	readonly executionId: string;
	readonly readStartedAt: Date;
	readonly observedAt: Date;
	/** Number of the page, from 0; -1 for a write without a page, as a close that is not complete. */
	readonly page: number;
	/** Token of the next page, for a resume; null on the last. */
	readonly token: string | null;
	readonly rows: readonly RecordRow[];
	/** Known records that this page listed, changed or not. */
	readonly seenIds: readonly RecordId[];
	/** Those of them that an earlier run had marked as missed. */
	readonly unmissIds: readonly RecordId[];
	readonly observations?: readonly ObservationSet[];
	readonly enrichments?: Readonly<Record<string, EnrichmentUpdate>>;
	readonly close?: ScopeClose;
	readonly details?: readonly ConfirmedDetails[];
	/** Known records whose listing says something new: what was read of them alone may be old. */
	readonly staleIds?: readonly RecordId[];
	/** Ends a lease that went on after the close. */
	readonly release?: boolean;
}

export interface ScopeWriteResult {
	/**
	 * `lease_lost`: another run holds the scope; nothing was written. `untrusted`: a complete close whose pages before it
	 * are not all there; nothing was written, and the scope must be read again from page one.
	 */
	readonly status: 'applied' | 'lease_lost' | 'untrusted';
	readonly added: number;
	readonly changed: number;
	readonly unchanged: number;
	/** Records that were active and are now known to be gone. */
	readonly retired: number;
	/** Live records that this write's complete close missed: candidates of the sweep. */
	readonly missed: number;
	/** Ids of the rows of this write, new and known, by native id. */
	readonly insertedIds: ReadonlyMap<string, RecordId>;
}
