/** Puts nested lists in a new order on every call, as AWS promises none. Deterministic for one call. */
export interface Shuffler {
	readonly join: (parts: string[]) => string;
}

export function createShuffler(seed: number): Shuffler {
	let state = seed | 1;
	return {
		join(parts) {
			for (let index = parts.length - 1; index > 0; index--) {
				state = (Math.imul(state, 0x19660d) + 0x3c6ef35f) | 0;
				const other = (state >>> 8) % (index + 1);
				const kept = parts[index] ?? '';
				parts[index] = parts[other] ?? '';
				parts[other] = kept;
			}
			// Concatenation only links the parts; join would copy them, once at every depth.
			let text = '';
			for (const part of parts) {
				text += part;
			}
			return text;
		},
	};
}
