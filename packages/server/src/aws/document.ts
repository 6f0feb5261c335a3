/** One element of an answer as the SDK's model has it, of which nothing is believed yet. */
export interface AwsDocument {
	/** JSON shape: names of the model, times as ISO text with milliseconds. */
	readonly document: unknown;
	readonly rawJson: string;
}

export interface DocumentPage {
	readonly items: readonly AwsDocument[];
	/** Null on the last page. Pages may be short or empty. */
	readonly nextToken: string | null;
}

export function toDocument(element: unknown): AwsDocument {
	const rawJson = JSON.stringify(element ?? null);
	return { document: JSON.parse(rawJson), rawJson };
}

/** Parts of the size that was asked for, after so many server errors on the same question. */
const pageShares = [1, 1 / 2, 1 / 5] as const;

/** A page that AWS cannot make may work when smaller. The first server error may be anybody's. */
export function shrinkPage(asked: number, serverErrors: number): number {
	const share = pageShares[Math.min(Math.max(0, serverErrors - 1), pageShares.length - 1)] ?? 1 / 5;
	return Math.max(1, Math.floor(asked * share));
}
