/** A source of chances that its seed decides: the same seed, the same plan. */
export interface Random {
	/** 0 ≤ x < 1. */
	next(): number;
	/** A whole number from `least` to `most`, both included. */
	whole(least: number, most: number): number;
	chance(probability: number): boolean;
	pick<Item>(items: readonly Item[]): Item;
	/** Up to `count` different items. */
	sample<Item>(items: readonly Item[], count: number): Item[];
}

/** Mulberry32: 32 bits of state are plenty for plans. */
export function createRandom(seed: number): Random {
	let state = (Math.imul(seed, 0x9e3779b1) ^ 0x5bd1e995) >>> 0;
	const next = (): number => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x100000000;
	};
	const whole = (least: number, most: number): number => least + Math.floor(next() * (most - least + 1));
	const pick = <Item>(items: readonly Item[]): Item => {
		const item = items[whole(0, items.length - 1)];
		if (item === undefined) throw new RangeError('nothing to pick from');
		return item;
	};
	return {
		next,
		whole,
		chance: (probability) => next() < probability,
		pick,
		sample: (items, count) => {
			const rest = [...items];
			const taken: (typeof rest)[number][] = [];
			while (taken.length < count && rest.length > 0) taken.push(...rest.splice(whole(0, rest.length - 1), 1));
			return taken;
		},
	};
}
