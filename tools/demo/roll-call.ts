import type { DeviceRow, Inventory, UserRow } from '../../packages/server/src/compose/ports.ts';
import type { SourceRun } from './collect-together.ts';
import type { SourceKind } from './simulator-messages.ts';
import { demoKinds } from './sources.ts';

export type LiveCounts = Readonly<Record<SourceKind, number>>;

/** All live assets, and the last run of each source that has one. */
export interface RollCall {
	readonly runs: readonly SourceRun[];
	readonly devices: readonly DeviceRow[];
	readonly users: readonly UserRow[];
}

/** How far back the last run of a source is looked for. */
const executionsLookedAt = 500;
const pageSize = 1000;

/** The records of an asset: users of two sources are one. */
export function listRecords(asset: DeviceRow | UserRow): NonNullable<UserRow['members']> {
	return asset.members ?? [{ kind: asset.source, nativeId: asset.nativeId, standing: asset.standing }];
}

/** How many live assets of each source there are. */
export async function countLive(inventory: Inventory): Promise<LiveCounts> {
	const query = { sort: 'name', limit: 1, cursor: null } as const;
	const countUsers = async (kind: SourceKind): Promise<number> =>
		(await inventory.listUsers({ ...query, filter: { sources: [kind] } })).counts.total;
	return {
		'ec2.devices': (await inventory.listDevices({ ...query, filter: {} })).counts.total,
		'iam.users': await countUsers('iam.users'),
		'identity_center.users': await countUsers('identity_center.users'),
	};
}

/** Null before the first execution has ended. */
export async function readRollCall(inventory: Inventory): Promise<RollCall | null> {
	const executions = await inventory.listExecutions(executionsLookedAt);
	const runs: SourceRun[] = [];
	for (const kind of demoKinds) {
		const last = executions.find((execution) => execution.kind === kind && execution.result !== null);
		const summary = last === undefined ? null : ((await inventory.readExecution(last.id))?.summary ?? null);
		if (summary !== null) runs.push({ kind, summary });
	}
	if (runs.length === 0) return null;
	const devices = await readAll((cursor) =>
		inventory.sliceDevices({ filter: {}, sort: 'name', limit: pageSize, cursor }),
	);
	const users = await readAll((cursor) => inventory.sliceUsers({ filter: {}, sort: 'name', limit: pageSize, cursor }));
	return { runs, devices, users };
}

/** The sources without a run that found anything, and since when those that have one are as they are. */
export async function findLastRuns(
	inventory: Inventory,
): Promise<{ readonly missing: readonly SourceKind[]; readonly oldestAt: string | null }> {
	const executions = await inventory.listExecutions(executionsLookedAt);
	const last = demoKinds.map((kind) => executions.find((execution) => execution.kind === kind));
	const missing = demoKinds.filter((_, index) => {
		const result = last[index]?.result;
		return result !== 'success' && result !== 'partial';
	});
	const times = last.flatMap((each) => (each === undefined ? [] : [each.startedAt ?? each.createdAt]));
	return { missing, oldestAt: times.toSorted()[0] ?? null };
}

interface Slice<Row> {
	readonly assets: readonly Row[];
	readonly nextCursor: string | null;
}

async function readAll<Row>(read: (cursor: string | null) => Promise<Slice<Row>>): Promise<readonly Row[]> {
	const all: Row[] = [];
	let cursor: string | null = null;
	do {
		const slice: Slice<Row> = await read(cursor);
		all.push(...slice.assets);
		cursor = slice.nextCursor;
	} while (cursor !== null);
	return all;
}
