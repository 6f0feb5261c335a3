import { assetIdRange } from '../asset-claims.ts';
import type { Ambiguity, Correlation, CorrelationRecord } from '../correlation.ts';

/** A native id of the tests: its own asset id, where a fresh record of it stands. */
export function ownId(user: string): string {
	const digits = [...user].map((letter) => letter.charCodeAt(0).toString(16)).join('');
	return `${digits.padEnd(8, '0').slice(0, 8)}-0000-8000-8000-000000000000`;
}

/** A record of `user` that was never correlated. */
export function freshRecord(
	user: string,
	given: Partial<CorrelationRecord> & { readonly recordId: string },
): CorrelationRecord {
	return {
		kind: 'iam.users',
		store: user,
		identifiers: [],
		isLive: true,
		firstObservedAt: '2026-01-01T00:00:00.000Z',
		scopeCompleteAt: '2026-02-01T00:00:00.000Z',
		incompleteRuns: 0,
		attributeCount: 5,
		ownAssetId: ownId(user),
		assetId: ownId(user),
		isPrimary: true,
		duplicateOf: null,
		...given,
	};
}

/** The records as they stand once a correlation is written. */
export function written(records: readonly CorrelationRecord[], { records: results }: Correlation): CorrelationRecord[] {
	const byId = new Map(results.map((result) => [result.recordId, result]));
	return records.map((record) => {
		const result = byId.get(record.recordId);
		if (result === undefined) return record;
		const { assetId, isPrimary, duplicateOf } = result;
		return { ...record, assetId, isPrimary, duplicateOf };
	});
}

/** What must be given with some records for their correlation to be right (`correlate`), found the slow way. */
export function neighbourhood(
	all: readonly CorrelationRecord[],
	begun: readonly CorrelationRecord[],
	knownAmbiguous: ReadonlyMap<string, Ambiguity>,
): readonly CorrelationRecord[] {
	const found = new Set(begun);
	// A Set goes on to what is added while it is gone through.
	for (const record of found) {
		for (const other of all) if (isNeighbour(record, other, knownAmbiguous)) found.add(other);
	}
	return [...found];
}

function isNeighbour(
	record: CorrelationRecord,
	other: CorrelationRecord,
	knownAmbiguous: ReadonlyMap<string, Ambiguity>,
): boolean {
	const range = assetIdRange(record.ownAssetId);
	return (
		other.assetId === record.assetId ||
		other.ownAssetId === record.ownAssetId ||
		(range.first <= other.assetId && other.assetId <= range.last) ||
		(record.isLive &&
			other.isLive &&
			record.identifiers.some((value) => other.identifiers.includes(value) && !knownAmbiguous.has(value)))
	);
}
