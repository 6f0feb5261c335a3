import type { Clock } from '#platform/clock.ts';

/** A scope whose lines are about to leave. */
export interface LineScope {
	readonly accountId: string;
	readonly region: string;
}

/** Lines of many scopes, handed on together: most scopes are small, and each hand-over wakes another process. */
export interface LineGroups {
	/** Takes whole lines of one scope. Resolves when they have left; rejects, and all later ones too, when they cannot. */
	add(scope: LineScope, lines: readonly string[]): Promise<void>;
}

export interface LineGroupsOptions {
	readonly clock: Clock;
	readonly write: (lines: Buffer) => Promise<void>;
	/** Told before the lines of these scopes leave. */
	readonly onBegin: (scopes: readonly LineScope[]) => void;
}

/** How long the first lines of a group wait for others, and the size that waits for nobody. */
const groupMs = 10;
const groupLength = 256 * 1024;

interface Group {
	readonly scopes: LineScope[];
	readonly texts: string[];
	readonly written: PromiseWithResolvers<void>;
	readonly stopTimer: () => void;
	length: number;
}

export function createLineGroups(options: LineGroupsOptions): LineGroups {
	let open: Group | undefined;
	/** One group is written after the other. */
	let last: Promise<void> = Promise.resolve();

	const close = (group: Group): void => {
		group.stopTimer();
		open = undefined;
		last = last.then(() => {
			options.onBegin(group.scopes);
			return options.write(Buffer.from(group.texts.join(''), 'utf8'));
		});
		last.then(group.written.resolve, group.written.reject);
	};
	const openGroup = (): Group => {
		const group: Group = {
			scopes: [],
			texts: [],
			written: Promise.withResolvers<void>(),
			stopTimer: options.clock.after(groupMs, () => close(group)),
			length: 0,
		};
		return group;
	};

	return {
		add: (scope, lines) => {
			open ??= openGroup();
			const group = open;
			group.scopes.push(scope);
			for (const line of lines) {
				group.texts.push(line);
				group.length += line.length;
			}
			if (group.length >= groupLength) close(group);
			return group.written.promise;
		},
	};
}
