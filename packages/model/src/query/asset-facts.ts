import type { AssetType, RecordState } from '../asset/record-state.ts';
import type { UnknownMask } from '../asset/unknown.ts';

/** Everything a query may ask of one asset. */
export interface AssetFacts {
	readonly id: string;
	readonly type: AssetType;
	/** The earliest of all its records. ISO 8601, as all times here. */
	readonly firstObservedAt: string;
	/** Name of a label to its value, null where it has none. */
	readonly labels: Readonly<Record<string, string | null>>;
	/** All, whatever their state; exactly one is the primary. */
	readonly records: readonly RecordFacts[];
}

export interface RecordFacts {
	readonly isPrimary: boolean;
	/** Kind of its integration, as `iam.users`. */
	readonly kind: string;
	readonly integrationId: string;
	readonly nativeId: string;
	/** As it is derived: `unconfirmed` included. */
	readonly state: RecordState;
	readonly lastChangedAt: string;
	readonly lastConfirmedAt: string | null;
	/** With what is joined and derived (`completeAttributes`). */
	readonly attributes: Readonly<Record<string, unknown>>;
	/** The whole mask (`deriveUnknown`). */
	readonly unknown: UnknownMask;
}

export interface EventFacts {
	readonly type: string;
	readonly at: string;
	/** The id that it was written under and, where that leads to another asset since a merge, the id of that one. */
	readonly assetIds: readonly string[];
	/** Kind of the integration; null where no integration made it. */
	readonly source: string | null;
	readonly integrationId: string | null;
	readonly executionId: string | null;
	readonly attribute: string | null;
	readonly value: unknown;
}

/** What a query is evaluated against. */
export interface World {
	readonly assets: readonly AssetFacts[];
	readonly events: readonly EventFacts[];
}
