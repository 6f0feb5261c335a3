import { createWriteStream, type WriteStream } from 'node:fs';

/** One call as it was answered. */
export interface CallLogEntry {
	readonly at: number;
	readonly service: string;
	readonly action: string;
	/** Of the caller; for AssumeRole of the role. */
	readonly accountId: string;
	readonly region: string;
	readonly principal: string;
	readonly status: number;
	readonly code: string | undefined;
	readonly page: number;
	readonly hasToken: boolean;
	readonly attempt: number;
	readonly fault: string | undefined;
	readonly dryRun: boolean;
	/** Of AssumeRole: whether one was sent, and was right. */
	readonly externalId: 'absent' | 'right' | 'wrong' | undefined;
	/** Actions the session policy sent with AssumeRole allows. */
	readonly sessionPolicyActions: readonly string[] | undefined;
	/** Whether that policy forbids everything: the session is a probe and can do nothing. */
	readonly sessionPolicyDeniesAll: boolean | undefined;
	/** Sent with AssumeRole. */
	readonly roleSessionName: string | undefined;
	readonly items: number;
	readonly bytes: number;
}

export interface CallLog {
	readonly add: (entry: CallLogEntry) => void;
	readonly list: () => readonly CallLogEntry[];
	readonly clear: () => void;
	/** Calls per `service:action status code`, since the start. */
	readonly stats: () => Readonly<Record<string, number>>;
	readonly close: () => Promise<void>;
}

/** Keeps the newest `limit` calls in memory; every call goes to the file, if there is one. */
export function createCallLog(limit: number, file: string | undefined): CallLog {
	let ring: CallLogEntry[] = [];
	const counts = new Map<string, number>();
	const stream: WriteStream | undefined = file === undefined ? undefined : createWriteStream(file, { flags: 'a' });
	return {
		add(entry) {
			ring.push(entry);
			if (ring.length > limit * 1.2 + 16) {
				ring = ring.slice(-limit);
			}
			const name = `${entry.service}:${entry.action} ${entry.status}${entry.code === undefined ? '' : ` ${entry.code}`}`;
			counts.set(name, (counts.get(name) ?? 0) + 1);
			stream?.write(`${JSON.stringify(entry)}\n`);
		},
		list: () => ring.slice(-limit),
		clear() {
			ring = [];
			counts.clear();
		},
		stats: () => Object.fromEntries(counts),
		close: () => new Promise((resolve) => (stream === undefined ? resolve() : stream.end(() => resolve()))),
	};
}
