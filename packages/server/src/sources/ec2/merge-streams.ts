/**
 * Reads several streams at once and yields what they give in the order of arrival. A stream is opened when its turn
 * comes, and asked for its next value only when the last one was taken: at most `atOnce` values are held. The first
 * error of a stream is thrown. At the end, whatever it was, every open stream has ended.
 */
export async function* mergeStreams<Value>(
	openers: readonly (() => AsyncGenerator<Value, void, void>)[],
	atOnce: number,
): AsyncGenerator<Value, void, void> {
	type Stream = AsyncGenerator<Value, void, void>;
	const arrivals = new Map<
		Stream,
		Promise<{ readonly stream: Stream; readonly result: IteratorResult<Value, void> }>
	>();
	let opened = 0;
	const advance = (stream: Stream): void => {
		arrivals.set(
			stream,
			stream.next().then((result) => ({ stream, result })),
		);
	};
	const fill = (): void => {
		while (arrivals.size < atOnce) {
			const open = openers[opened];
			if (!open) return;
			opened += 1;
			advance(open());
		}
	};
	try {
		fill();
		while (arrivals.size > 0) {
			const { stream, result } = await Promise.race(arrivals.values());
			if (result.done) {
				arrivals.delete(stream);
				fill();
			} else {
				yield result.value;
				advance(stream);
			}
		}
	} finally {
		// Each first finishes the step it is in.
		await Promise.allSettled([...arrivals.keys()].map((stream) => stream.return()));
	}
}
