import type { Mutation } from '@rollcall/aws-simulator/control/mutations.ts';
import { listTrueDevices, type TruthOptions } from '@rollcall/aws-simulator/truth.ts';
import type { ExecutionSummary, RegionSummary } from '@rollcall/model/run/summary.ts';
import pg from 'pg';
import { openRig, type Rig, type RigOptions } from '#collect/testing/rig.ts';
import { type DeviceRow, listDevices } from '#store/devices.ts';
import { migrate } from '#store/migrate.ts';
import { listUsers, type UserRow } from '#store/users.ts';
import { openTestCluster } from '../postgres-cluster.ts';

/** One source record as its row stands in the table. */
export interface StoredRecord {
	readonly id: string;
	readonly native_id: string;
	readonly account_id: string;
	readonly region: string;
	readonly state: string;
	readonly reason: string | null;
	readonly missed: boolean;
	readonly held: boolean;
	readonly attributes: Readonly<Record<string, unknown>>;
	/** What is unknown of this record alone. */
	readonly unknown: Readonly<Record<string, string>> | null;
	readonly notes: readonly string[] | null;
	/** Where the row lies and who wrote it: any write of the row, the same content included, changes it. */
	readonly place: string;
}

export interface StoredEvent {
	readonly type: string;
	readonly native_id: string;
	readonly execution: string;
}

/** A simulator, a database of its own and the engine between them, with the looks a test takes at what was stored. */
export interface Stage {
	readonly rig: Rig;
	readonly connection: NonNullable<RigOptions['connection']>;
	/** As the database's owner, past row-level security. */
	query<Row>(sql: string, values?: readonly unknown[]): Promise<Row[]>;
	/** By native id. */
	records(): Promise<ReadonlyMap<string, StoredRecord>>;
	events(): Promise<readonly StoredEvent[]>;
	/** Live devices as people see them, with derived states, by native id. */
	devices(): Promise<ReadonlyMap<string, DeviceRow>>;
	/** The same of live users. */
	users(): Promise<ReadonlyMap<string, UserRow>>;
	mutate(...mutations: readonly Mutation[]): void;
	/** ARNs of the instances AWS lists and that are not terminated, in order. */
	truth(options?: TruthOptions): readonly string[];
	close(): Promise<void>;
}

/** Opens a stage on a copy of the migrated template. */
export async function openStage(options: Omit<RigOptions, 'connection'> = {}): Promise<Stage> {
	const cluster = await openTestCluster();
	await cluster.prepareTemplate('invariants', async (connection) => {
		await migrate(connection);
	});
	const database = await cluster.createDatabase('invariants');
	const rig = await openRig({ ...options, connection: database.connection });
	const pool = new pg.Pool({ ...database.connection, max: 1 });
	// Deleting the database ends a connection that is still being closed: that is meant, and no query is under way on it.
	pool.on('error', () => undefined);
	pool.on('connect', (client) => client.on('error', () => undefined));
	const query = async <Row>(sql: string, values: readonly unknown[] = []): Promise<Row[]> =>
		// The caller names the columns its own SQL selects.
		(await pool.query(sql, [...values])).rows as Row[];
	return {
		rig,
		connection: database.connection,
		query,
		records: async () => byNativeId(await query<StoredRecord>(recordsSql)),
		events: () => query<StoredEvent>(eventsSql),
		devices: async () => {
			const page = await rig.store.tenant(rig.organizationId, (tx) =>
				listDevices(tx, { filter: {}, sort: 'instance', limit: 5000, cursor: null }),
			);
			return new Map(page.assets.map((device) => [device.nativeId, device]));
		},
		users: async () => {
			const page = await rig.store.tenant(rig.organizationId, (tx) =>
				listUsers(tx, { filter: {}, sort: 'name', limit: 5000, cursor: null }),
			);
			return new Map(page.assets.map((user) => [user.nativeId, user]));
		},
		mutate: (...mutations) => {
			for (const mutation of mutations) rig.simulator.control.mutate(mutation);
		},
		truth: (which) =>
			[...listTrueDevices(rig.simulator.world, which)]
				.filter((device) => device.state !== 'terminated')
				.map((device) => device.arn)
				.toSorted(),
		close: async () => {
			await rig.close();
			await pool.end();
			await database.drop();
		},
	};
}

const recordsSql = `
select r.id, r.native_id, s.account_id, s.region, r.state, r.reason, r.missed_in is not null as missed,
	r.held_in is not null as held, r.attributes, r.unknown, r.notes, r.ctid || ' ' || r.xmin as place
from source_record r join scope s on s.id = r.scope order by r.native_id`;

const eventsSql = `
select e.type, r.native_id, e.execution from event e join source_record r on r.id = e.record
where e.type in ('SourceMembershipAdd', 'SourceMembershipRemove') order by e.number`;

function byNativeId(records: readonly StoredRecord[]): ReadonlyMap<string, StoredRecord> {
	return new Map(records.map((record) => [record.native_id, record]));
}

/** Native ids of records in a state. */
export function idsIn(records: ReadonlyMap<string, StoredRecord>, state: string): readonly string[] {
	return [...records.values()]
		.filter((record) => record.state === state)
		.map((record) => record.native_id)
		.toSorted();
}

/** What a summary says of one scope. */
export function scopeOf(summary: ExecutionSummary, accountId: string, region: string): RegionSummary | undefined {
	const account = summary.accounts.find((each) => each.account_id === accountId);
	return account?.regions.find((each) => each.region === region);
}

/** As if whatever a policy of the AWS Organization denied had been asked for so much earlier. */
export async function ageDenials(stage: Stage, hours: number): Promise<void> {
	await stage.query('update policy_block set asked_at = asked_at - make_interval(hours => $1)', [hours]);
}

/** Resolves when `look` finds something; looks every 25 ms. */
export async function until<T>(what: string, look: () => Promise<T | undefined> | T | undefined): Promise<T> {
	const endsAt = performance.now() + 20_000;
	for (;;) {
		const found = await look();
		if (found !== undefined) return found;
		if (performance.now() > endsAt) throw new Error(`waited in vain for ${what}`);
		await new Promise((resolve) => setTimeout(resolve, 25));
	}
}
