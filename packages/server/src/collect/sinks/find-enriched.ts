import type { ConvertedRecord, EnrichmentResult } from '#sources/kit/collection.ts';

/**
 * What an enrichment read of a record: by its native id, or by another key it knows it by. Undefined where it has nothing:
 * then the record has none of it, unless the result says that it is not known.
 */
export function findEnriched(
	result: EnrichmentResult,
	record: Pick<ConvertedRecord, 'nativeId' | 'aliases'>,
): Readonly<Record<string, unknown>> | undefined {
	for (const key of [record.nativeId, ...(record.aliases ?? [])]) {
		const found = key === undefined ? undefined : result.attributes.get(key);
		if (found) return found;
	}
	return undefined;
}
