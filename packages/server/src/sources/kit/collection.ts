import type { AttributeTable } from '@rollcall/model/asset/attribute.ts';
import type { AssetType } from '@rollcall/model/asset/record-state.ts';
import type { UnknownMask } from '@rollcall/model/asset/unknown.ts';
import type { AwsOperation } from '#aws/operation.ts';

/** Where a read takes place: one AWS account and one region. */
export interface ScopeFacts {
	readonly partition: string;
	readonly accountId: string;
	/** Region name, or `global`. */
	readonly region: string;
}

/** What a collection may do while it reads. There is no other I/O. */
export interface ReadContext {
	readonly scope: ScopeFacts;
	readonly signal: AbortSignal;
	/** Makes one call as the scope's session. Throws when the collection did not declare the operation's action. */
	call<Input, Output>(operation: AwsOperation<Input, Output>, input: Input): Promise<Output>;
}

/** One page of the primary listing. */
export interface SourcePage<Raw> {
	/** Token that asked for this page; null for the first. */
	readonly token: string | null;
	readonly items: readonly Raw[];
	/** Token of the next page; null on the last. */
	readonly nextToken: string | null;
}

/** One asset as its source reports it. */
export interface ConvertedRecord {
	/** Identity within the integration (`inventory.md`); undefined where the item carries none: an insufficient record. */
	readonly nativeId: string | undefined;
	/** Attributes of the primary listing, sets sorted, absent ones left out, text storable. */
	readonly attributes: Readonly<Record<string, unknown>>;
	readonly unknown: UnknownMask;
	/** `gone`: AWS still lists it but it is no more (a terminated instance). */
	readonly presence: 'present' | 'gone';
	/** JSON text of the raw document, fields outside the allow-list left out. */
	readonly rawJson: string;
	/** What had to be mended or is odd, for people. */
	readonly notes: readonly string[];
}

/** Something a scope lists that is no asset, as an unassociated Elastic IP. */
export interface ScopeObservation {
	readonly kind: 'address' | 'interface';
	readonly nativeId: string;
	readonly document: Readonly<Record<string, unknown>>;
}

export interface EnrichmentResult {
	/** Attributes by native id. A record that is not in it is known to have none of them. */
	readonly attributes: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
	readonly observations: readonly ScopeObservation[];
}

/** A further read of a scope, with an outcome and a cadence of its own. Never decides what exists. */
export interface Enrichment {
	/** Its name and its permission: the IAM action. */
	readonly action: string;
	/** Attributes it feeds; they keep their last value where it did not succeed. */
	readonly attributes: readonly string[];
	readonly cadenceMs: number;
	read(context: ReadContext): Promise<EnrichmentResult>;
}

/** One kind of asset from one AWS service, as data and two functions. The engine does the rest. */
export interface Collection<Raw> {
	/** Kind of integration, as `ec2.devices`. */
	readonly kind: string;
	readonly assetType: AssetType;
	/** `region`: one scope per enabled region; `global`: one per account. */
	readonly scopedBy: 'region' | 'global';
	/** IAM actions it may use, and no others. */
	readonly permissions: readonly string[];
	readonly attributes: AttributeTable;
	readonly enrichments: readonly Enrichment[];
	/** The primary listing: pages until the last. Its end is the proof that the scope was read. */
	read(context: ReadContext): AsyncGenerator<SourcePage<Raw>, void, void>;
	/** Pure. Never throws for one odd item: it returns a record without native id and a note. */
	convert(raw: Raw, scope: ScopeFacts): ConvertedRecord;
}

/** Defines a collection; exists so that definitions are checked where they stand. */
export function defineCollection<Raw>(collection: Collection<Raw>): Collection<Raw> {
	return collection;
}
