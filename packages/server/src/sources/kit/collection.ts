import type { AttributeTable } from '@rollcall/model/asset/attribute.ts';
import type { AssetType } from '@rollcall/model/asset/record-state.ts';
import type { UnknownMask, UnknownReason } from '@rollcall/model/asset/unknown.ts';
import type { OutcomeReport } from '@rollcall/model/run/outcome.ts';
import type { AwsOperation } from '#aws/operation.ts';

/** Where a read takes place: one AWS account and one of its scopes. */
export interface ScopeFacts {
	readonly partition: string;
	readonly accountId: string;
	/** Name of the scope: a region, `global`, or the id of an identity store. */
	readonly region: string;
}

/** What a collection may do while it reads. There is no other I/O. */
export interface ReadContext {
	readonly scope: ScopeFacts;
	readonly signal: AbortSignal;
	/**
	 * Makes one call as the scope's session, in the region the collection calls from there. Throws when the collection
	 * did not declare the operation's action.
	 */
	call<Input, Output>(operation: AwsOperation<Input, Output>, input: Input): Promise<Output>;
	/**
	 * These attributes as they are stored for the live records of the scope, by native id: for what has to keep its last
	 * value. Empty where nothing is stored (`--out`, a first run).
	 */
	lastKnown(attributes: readonly string[]): Promise<ReadonlyMap<string, Readonly<Record<string, unknown>>>>;
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
	/** Further keys by which an enrichment may know the record, where it does not know the native id. */
	readonly aliases?: readonly string[];
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
	/** Attributes by native id or alias. A record that is not in it is known to have none of them, but for `missing`. */
	readonly attributes: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
	/**
	 * Why the attributes of a record that is not in it are unknown, where it names every record it knows of (a report that
	 * is older than the record).
	 */
	readonly missing?: UnknownReason;
	readonly observations: readonly ScopeObservation[];
	/**
	 * Why it is not the whole truth although it is the best there is (one group of many could not be read): the attributes
	 * are stored, and read as unconfirmed.
	 */
	readonly shortfall?: OutcomeReport;
	/** When AWS made what was read, where that is earlier than the reading (a report). */
	readonly asOf?: Date;
}

interface EnrichmentFacts {
	/** Its name, and the IAM action it stands or falls with. Attributes name it in `fedBy`. */
	readonly action: string;
	/** Every IAM action it may use, its own among them. */
	readonly actions: readonly string[];
	/** Attributes it feeds; they keep their last value where it did not succeed. */
	readonly attributes: readonly string[];
	readonly cadenceMs: number;
	/** False: it belongs to an extra nobody asked for. Its attributes read as not permitted, never as empty. */
	readonly isOn: boolean;
}

/** A further read of a whole scope, before its records are written. Never decides what exists. */
export interface ScopeEnrichment extends EnrichmentFacts {
	readonly per: 'scope';
	/** Further enrichments whose attributes its result holds too: where it succeeds they are not made. */
	readonly standsInFor?: readonly string[];
	read(context: ReadContext): Promise<EnrichmentResult>;
}

/** What one record's own read gave: its attributes, or why they are not known. */
export type RecordDetail =
	| { readonly attributes: Readonly<Record<string, unknown>> }
	| { readonly unknown: UnknownReason; readonly note: string };

/**
 * A further read of each record by itself, after the records are published: of those that are new, changed, or were
 * read longer ago than the cadence. A fault of AWS that `read` throws is that record's own, but for a refusal of the
 * action or of the credentials, which ends the enrichment of the scope.
 */
export interface RecordEnrichment extends EnrichmentFacts {
	readonly per: 'record';
	/** Reads under way at once. */
	readonly atOnce: number;
	read(context: ReadContext, record: ConvertedRecord): Promise<RecordDetail>;
}

/** Each with an outcome and a cadence of its own. */
export type Enrichment = ScopeEnrichment | RecordEnrichment;

/** Something more that an organization may ask for, with permissions of its own. Off unless asked for. */
export interface Extra {
	/** As `credential-report`; unique among all collections. */
	readonly name: string;
	readonly permissions: readonly string[];
	/** One line for people: what it brings. */
	readonly meaning: string;
	readonly isOn: boolean;
}

/** One scope an account: its name, and where its calls go. */
export interface FixedScope {
	/** `global`, or the id of an identity store; it may have to be asked for. */
	name(context: Pick<ReadContext, 'call'>): Promise<string>;
	/** The region its calls are signed for. */
	callRegion(partition: string): string;
}

/** Records that AWS was asked for by their ids, and those of them it does not know any more. */
export interface FanOutPage<Raw> {
	readonly items: readonly Raw[];
	/** Native ids that AWS itself named as missing. */
	readonly missing: readonly string[];
}

/**
 * A faster way to read a scope that is known to be big: known ids in parallel, and what is new by its time. It confirms
 * and adds; what it may remove: `rules.md`, What may remove 5.
 */
export interface FanOut<Raw> {
	/** Records a scope must have. */
	readonly minimumRecords: number;
	/**
	 * Yields pages in the order they arrive. Its end is the proof that every known id was answered for.
	 *
	 * @param known native ids of the live records
	 * @param since when the scope was last read completely
	 */
	read(context: ReadContext, known: readonly string[], since: Date): AsyncGenerator<FanOutPage<Raw>, void, void>;
}

/** One kind of asset from one AWS service, as data and a few functions. The engine does the rest. */
export interface Collection<Raw> {
	/** Kind of integration, as `ec2.devices`. */
	readonly kind: string;
	readonly assetType: AssetType;
	/** `region`: one scope per enabled region; else one per account. */
	readonly scopedBy: 'region' | FixedScope;
	/** Whether Organization Discovery reads it in every account; else it is read once, in the primary one. */
	readonly fansOut: boolean;
	/** IAM actions it may use with the extras that are on, and no others. */
	readonly permissions: readonly string[];
	readonly extras: readonly Extra[];
	readonly attributes: AttributeTable;
	/** All of them, also those that are off: their order is the order of the parts of a record. */
	readonly enrichments: readonly Enrichment[];
	/** The primary listing: pages until the last. Its end is the proof that the scope was read. */
	read(context: ReadContext): AsyncGenerator<SourcePage<Raw>, void, void>;
	readonly fanOut?: FanOut<Raw>;
	/** Pure. Never throws for one odd item: it returns a record without native id and a note. */
	convert(raw: Raw, scope: ScopeFacts): ConvertedRecord;
}

/** Defines a collection; exists so that definitions are checked where they stand. */
export function defineCollection<Raw>(collection: Collection<Raw>): Collection<Raw> {
	return collection;
}
