import { attributeObject } from '@rollcall/model/asset/attribute.ts';
import type { AwsOperation } from '#aws/operation.ts';
import type { Collection, ConvertedRecord, EnrichmentResult, ReadContext, ScopeFacts } from '../collection.ts';

/** Recorded outputs of each operation by IAM action, in the order in which AWS gave them. */
export type Recording = Readonly<Record<string, readonly unknown[]>>;

interface ReplayedCall {
	readonly action: string;
	readonly input: unknown;
}

export interface Replay {
	readonly records: readonly ConvertedRecord[];
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
): Promise<Replay> {
	const tape = createTape(collection.permissions, recording);
	const context: ReadContext = { scope, signal: new AbortController().signal, call: tape.call };
	const records: ConvertedRecord[] = [];
	let nextToken: string | null = 'not read yet';
	for await (const page of collection.read(context)) {
		records.push(...page.items.map((item) => collection.convert(item, scope)));
		nextToken = page.nextToken;
	}
	if (nextToken !== null) throw new Error('the listing stopped before its last page');
	const enrichments = new Map<string, EnrichmentResult>();
	for (const enrichment of collection.enrichments) enrichments.set(enrichment.action, await enrichment.read(context));
	for (const record of records) checkAttributes(collection, 'primary', record.attributes);
	for (const [action, result] of enrichments) {
		for (const attributes of result.attributes.values()) checkAttributes(collection, action, attributes);
	}
	tape.finish();
	return { records, enrichments, calls: tape.calls };
}

/** Throws where attributes are not those that the feeder may feed, each of its declared type. */
function checkAttributes<Raw>(collection: Collection<Raw>, feeder: string, attributes: object): void {
	attributeObject(collection.attributes).parse(attributes);
	for (const name of Object.keys(attributes)) {
		const fedBy = collection.attributes[name]?.fedBy;
		if (fedBy !== feeder) throw new Error(`${name} is fed by ${fedBy}, not by ${feeder}`);
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
			if (index >= answers.length) throw new Error(`${action} was called more often than recorded`);
			calls.push({ action, input });
			played.set(action, index + 1);
			// The recording holds outputs of this very operation; it is test data, so nothing checks it.
			return answers[index] as Output;
		},
		finish: (): void => {
			for (const [action, answers] of Object.entries(recording)) {
				const count = played.get(action) ?? 0;
				if (count !== answers.length)
					throw new Error(`${action}: ${count} of ${answers.length} answers were asked for`);
			}
		},
	};
}
