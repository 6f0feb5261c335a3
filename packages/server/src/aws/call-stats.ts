export interface ActionStats {
	/** Attempts that went out. */
	calls: number;
	throttles: number;
	retries: number;
}

export interface CallStats {
	/** Attempts made by IAM action, retries included. */
	readonly calls: Readonly<Record<string, number>>;
	readonly throttles: number;
	readonly retries: number;
	readonly actions: Readonly<Record<string, Readonly<ActionStats>>>;
	/** What had to be done differently than asked, for people; each said once. */
	readonly notes: readonly string[];
}

export interface CallTally {
	of(action: string): ActionStats;
	note(text: string): void;
	read(): CallStats;
}

export function createCallTally(): CallTally {
	const actions = new Map<string, ActionStats>();
	const notes = new Set<string>();
	const of = (action: string): ActionStats => {
		const known = actions.get(action);
		if (known) return known;
		const fresh = { calls: 0, throttles: 0, retries: 0 };
		actions.set(action, fresh);
		return fresh;
	};
	const sum = (field: keyof ActionStats): number =>
		[...actions.values()].reduce((total, stats) => total + stats[field], 0);
	return {
		of,
		note: (text) => {
			notes.add(text);
		},
		read: () => ({
			calls: Object.fromEntries([...actions].map(([action, stats]) => [action, stats.calls])),
			throttles: sum('throttles'),
			retries: sum('retries'),
			actions: Object.fromEntries([...actions].map(([action, stats]) => [action, { ...stats }])),
			notes: [...notes],
		}),
	};
}
