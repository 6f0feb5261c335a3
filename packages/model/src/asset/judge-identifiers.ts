import { compareCodePoints } from '../history/text.ts';
import type { Ambiguity, AmbiguousIdentifier, CorrelationRecord } from './correlation.ts';
import { type CorrelationUnit, groupByIdentifier } from './correlation-units.ts';

/** On more users of one kind than this an e-mail address says nothing (`rules.md`, Correlation). */
const mostOfAKind = 3;

/** A live user as its identifiers are judged. */
export type IdentifierHolder = Pick<CorrelationRecord, 'kind' | 'store'>;

export interface JudgedIdentifiers {
	/** Live units by the identifier that makes them one. */
	readonly links: readonly (readonly CorrelationUnit[])[];
	readonly ambiguous: ReadonlyMap<string, AmbiguousIdentifier>;
}

/**
 * Tells the identifiers that make users one from those that cannot. Users are counted, not records: one that is read
 * through two integrations is one.
 */
export function judgeIdentifiers(
	units: readonly CorrelationUnit[],
	knownAmbiguous: ReadonlyMap<string, Ambiguity>,
): JudgedIdentifiers {
	const links: (readonly CorrelationUnit[])[] = [];
	const ambiguous = new Map<string, AmbiguousIdentifier>();
	for (const [value, holders] of groupByIdentifier(units.filter(({ isLive }) => isLive))) {
		const why = knownAmbiguous.get(value) ?? findAmbiguity(holders.map(({ oldest }) => oldest));
		if (why !== undefined) ambiguous.set(value, { value, why, recordIds: listHolders(holders, value) });
		else if (holders.length > 1) links.push(holders);
	}
	return { links, ambiguous };
}

/** Why an identifier does not make its holders one. Each of them is a user, not a record. */
export function findAmbiguity(holders: readonly IdentifierHolder[]): Ambiguity | undefined {
	if (holders.length < 2) return undefined;
	if (mostAlike(holders, ({ store }) => store) > 1) return 'shared_within_store';
	return mostAlike(holders, ({ kind }) => kind) > mostOfAKind ? 'too_many_of_a_kind' : undefined;
}

function mostAlike(holders: readonly IdentifierHolder[], keyOf: (holder: IdentifierHolder) => string): number {
	const counts = new Map<string, number>();
	for (const holder of holders) counts.set(keyOf(holder), (counts.get(keyOf(holder)) ?? 0) + 1);
	return Math.max(...counts.values());
}

function listHolders(holders: readonly CorrelationUnit[], identifier: string): readonly string[] {
	return holders
		.flatMap(({ records }) => records.filter((record) => record.isLive && record.identifiers.includes(identifier)))
		.map(({ recordId }) => recordId)
		.sort(compareCodePoints);
}
