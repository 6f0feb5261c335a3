/**
 * Does a work for each item, so many at once, and gives the results in the order of the items. After the first that
 * throws no other is begun; it is thrown when those under way are over.
 */
export async function mapInPool<Item, Result>(
	items: readonly Item[],
	atOnce: number,
	work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
	const results: Result[] = [];
	const queue = items.entries();
	let failed = false;
	const drain = async (): Promise<void> => {
		for (const [index, item] of queue) {
			if (failed) return;
			try {
				results[index] = await work(item);
			} catch (error) {
				failed = true;
				throw error;
			}
		}
	};
	const ends = await Promise.allSettled(Array.from({ length: Math.min(atOnce, items.length) }, drain));
	for (const end of ends) if (end.status === 'rejected') throw end.reason;
	return results;
}
