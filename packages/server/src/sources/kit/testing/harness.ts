import { attributeObject } from '@rollcall/model/asset/attribute.ts';
import type { AwsOperation } from '#aws/operation.ts';
import type {
	Collection,
	ConvertedRecord,
	EnrichmentResult,
	ReadContext,
	RecordDetail,
	RecordEnrichment,
	ScopeFacts,
} from '../collection.ts';

/**
 * Recorded outputs of each operation by IAM action, in the order in which AWS gave them; an Error among them is thrown.
 * Or a function, for calls that come in no particular order.
 */
export type Recording = Readonly<Record<string, readonly unknown[] | ((input: unknown) => unknown)>>;

interface ReplayedCall {
	readonly action: string;
	readonly input: unknown;
}

export interface ReplayChoices {
	/** What is stored of the scope's records. */
	readonly lastKnown?: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
}

export interface Replay {
	readonly records: readonly ConvertedRecord[];
	/** Details by the action that read them, then by native id. */
	readonly details: ReadonlyMap<string, ReadonlyMap<string, RecordDetail>>;
	readonly enrichments: ReadonlyMap<string, EnrichmentResult>;
	readonly calls: readonly ReplayedCall[];
}

/**
 * Runs a collection over recorded answers: its listing and then each enrichment, without any AWS.
 *
 * Throws where the collection breaks its contract: an action that it does not declare, a call beyond the recording, an
 * answer it never asked for, a listing that stops before its last page, attributes outside its schema or fed by another.
 */
export async function replayCollection<Raw>(
	collection: Collection<Raw>,
	scope: ScopeFacts,
	recording: Recording,
	choices: ReplayChoices = {},
): Promise<Replay> {
	const tape = createTape(collection.permissions, recording);
	const context: ReadContext = {
		scope,
		signal: new AbortController().signal,
		call: tape.call,
		lastKnown: async () => choices.lastKnown ?? new Map(),
	};
	const records: ConvertedRecord[] = [];
	let nextToken: string | null = 'not read yet';
	for await (const page of collection.read(context)) {
		records.push(...page.items.map((item) => collection.convert(item, scope)));
		nextToken = page.nextToken;
	}
	if (nextToken !== null) throw new Error('the listing stopped before its last page');
	const enrichments = new Map<string, EnrichmentResult>();
	const details = new Map<string, Map<string, RecordDetail>>();
	for (const enrichment of collection.enrichments.filter((each) => each.isOn)) {
		if (enrichment.per === 'scope') enrichments.set(enrichment.action, await enrichment.read(context));
		else details.set(enrichment.action, await readDetails(context, enrichment, records));
	}
	for (const record of records) checkAttributes(collection, ['primary'], record.attributes);
	for (const [action, result] of enrichments) {
		const feeders = [action, ...standIns(collection, action)];
		for (const attributes of result.attributes.values()) checkAttributes(collection, feeders, attributes);
	}
	for (const [action, found] of details) {
		for (const detail of found.values()) {
			if ('attributes' in detail) checkAttributes(collection, [action], detail.attributes);
		}
	}
	tape.finish();
	return { records, details, enrichments, calls: tape.calls };
}

function standIns<Raw>(collection: Collection<Raw>, action: string): readonly string[] {
	const found = collection.enrichments.find((enrichment) => enrichment.action === action);
	return found?.per === 'scope' ? (found.standsInFor ?? []) : [];
}

async function readDetails(
	context: ReadContext,
	enrichment: RecordEnrichment,
	records: readonly ConvertedRecord[],
): Promise<Map<string, RecordDetail>> {
	const details = new Map<string, RecordDetail>();
	for (const record of records) {
		if (record.nativeId !== undefined) details.set(record.nativeId, await enrichment.read(context, record));
	}
	return details;
}

/** Throws where attributes are not those that the feeders may feed, each of its declared type. */
function checkAttributes<Raw>(collection: Collection<Raw>, feeders: readonly string[], attributes: object): void {
	attributeObject(collection.attributes).parse(attributes);
	for (const name of Object.keys(attributes)) {
		const fedBy = collection.attributes[name]?.fedBy;
		if (fedBy === undefined || !feeders.includes(fedBy)) {
			throw new Error(`${name} is fed by ${fedBy}, not by ${feeders.join(' or ')}`);
		}
	}
}

function createTape(permissions: readonly string[], recording: Recording) {
	const calls: ReplayedCall[] = [];
	const played = new Map<string, number>();
	return {
		calls,
		call: async <Input, Output>(operation: AwsOperation<Input, Output>, input: Input): Promise<Output> => {
			const { action } = operation;
			if (!permissions.includes(action)) throw new Error(`${action} is not declared`);
			const index = played.get(action) ?? 0;
			const answers = recording[action] ?? [];
			if (typeof answers !== 'function' && index >= answers.length)
				throw new Error(`${action} was called more often than recorded`);
			calls.push({ action, input });
			played.set(action, index + 1);
			const answer: unknown = typeof answers === 'function' ? await answers(input) : answers[index];
			if (answer instanceof Error) throw answer;
			// The recording holds outputs of this very operation; it is test data, so nothing checks it.
			return answer as Output;
		},
		finish: (): void => {
			for (const [action, answers] of Object.entries(recording)) {
				const count = played.get(action) ?? 0;
				if (typeof answers !== 'function' && count !== answers.length)
					throw new Error(`${action}: ${count} of ${answers.length} answers were asked for`);
			}
		},
	};
}
