import { hash } from 'node:crypto';
import { attributesFedBy } from '@rollcall/model/asset/attribute.ts';
import { attributesOfKind, enrichedPartsOf } from '@rollcall/model/asset/attribute-tables.ts';
import { credentialReportAction } from '@rollcall/model/asset/user.ts';
import { upsertConfiguration, upsertIntegration } from '../configurations.ts';
import { startExecution } from '../executions.ts';
import { ensureOrganization } from '../organizations.ts';
import type { EnrichmentUpdate, RecordRow } from '../scope-write.ts';
import { type OpenedAccount, openAccountScopes } from '../scopes.ts';
import { sweepExecution } from '../sweep.ts';
import {
	inventoryKinds,
	type PlannedEnrichment,
	type PlannedInventory,
	type PlannedRow,
	type PlannedRun,
} from './any-inventory.ts';
import { accountId, apply, type Ground, minute, region } from './ground.ts';
import { regroupUsers } from './regroup-users.ts';

/** Minutes between rounds: the moments between them can be asked about, too. */
export const roundMinutes = 10;

/** Writes an inventory the way collections do, as an organization of its own. */
export async function writeInventory(ground: Ground, slug: string, plan: PlannedInventory): Promise<Ground> {
	const { id: organizationId } = await ensureOrganization(ground.store, slug);
	const grounds: Ground[] = await ground.store.tenant(organizationId, async (tx) => {
		const made: Ground[] = [];
		for (const [index, kind] of inventoryKinds.entries()) {
			const configuration = await upsertConfiguration(tx, {
				schema: 'assume_role',
				key: `arn:aws:iam::111111111111:role/${slug}-${Math.min(index, 1)}`,
				settings: {},
			});
			const integration = await upsertIntegration(tx, { configurationId: configuration.id, kind, settings: {} });
			made.push({ ...ground, organizationId, configurationId: configuration.id, integrationId: integration.id });
		}
		return made;
	});
	const configurations = new Set(grounds.map(({ configurationId }) => configurationId));
	await writeAccounts({ ...ground, organizationId }, [...configurations], plan.accounts);
	const [first] = grounds;
	if (first === undefined) throw new Error('an inventory has integrations');
	for (const [round, runs] of plan.rounds.entries()) {
		const minutes = (round + 1) * roundMinutes;
		await writeRound(grounds, runs, minutes);
		const standings = plan.standings[round];
		if (standings !== undefined) await regroupUsers(first, standings, minute(minutes + 2));
	}
	return first;
}

async function writeRound(grounds: readonly Ground[], runs: readonly PlannedRun[], minutes: number): Promise<void> {
	const [first] = grounds;
	if (first === undefined) throw new Error('an inventory has integrations');
	const { store, organizationId } = first;
	const at = minute(minutes);
	// Opening is no write of records, so one transaction does for all of them.
	const opened = await store.tenant(organizationId, async (tx) => {
		const all: (OpenedAccount & { readonly executionId: string })[] = [];
		for (const { integrationId } of grounds) {
			const executionId = await startExecution(tx, { integrationId, startedAt: at });
			const input = {
				integrationId,
				executionId,
				accountId,
				regions: [region],
				owner: 'test',
				leaseMs: 60_000,
				now: at,
			};
			all.push({ executionId, ...(await openAccountScopes(tx, input)) });
		}
		return all;
	});
	for (const [index, run] of runs.entries()) {
		const [own, kind, begun] = [grounds[index], inventoryKinds[index], opened[index]];
		if (own !== undefined && kind !== undefined && begun !== undefined)
			await writeRun(own, kind, run, { ...begun, at });
	}
}

type Begun = OpenedAccount & { readonly executionId: string; readonly at: Date };

async function writeRun(ground: Ground, kind: string, run: PlannedRun, begun: Begun): Promise<void> {
	const { at, executionId, scopes, known } = begun;
	const [scope] = scopes;
	if (scope === undefined) throw new Error('the scope is busy');
	const rows = run.rows.map((row) => toRow(kind, row));
	const listed = new Set(rows.map(({ nativeId }) => nativeId));
	const seen = known.filter(({ nativeId }) => listed.has(nativeId));
	const base = {
		scopeId: scope.scopeId,
		epoch: scope.epoch,
		executionId,
		readStartedAt: at,
		observedAt: at,
		token: null,
	};
	const isComplete = run.outcome === 'complete';
	const page = {
		...base,
		page: 0,
		rows,
		seenIds: seen.map(({ id }) => id),
		unmissIds: seen.filter(({ missed }) => missed).map(({ id }) => id),
		enrichments: enrichmentsOf(kind, run.enrichments, at),
	};
	const close = { outcome: run.outcome, at, ...(isComplete ? {} : { cause: { code: 'Test', message: 'as planned' } }) };
	const closing = { ...base, page: -1, rows: [], seenIds: [], unmissIds: [], close };
	const results = await apply(ground, executionId, ...(isComplete ? [{ ...page, close }] : [page, closing]));
	if (run.sweep === 'none' || results.every(({ missed }) => missed === 0)) return;
	const limit = run.sweep === 'hold' ? 0 : 1_000;
	const brake = { scopeShare: 0, scopeCount: limit, executionShare: 0, executionCount: limit };
	await ground.store.tenant(ground.organizationId, (tx) =>
		sweepExecution(tx, { integrationId: ground.integrationId, executionId, at, brake }),
	);
}

function toRow(kind: string, { number, attributes, partsRead, unknown, isGone }: PlannedRow): RecordRow {
	const table = attributesOfKind(kind);
	const feeders = ['primary', ...enrichedPartsOf(kind).map(({ action }) => action)];
	const digests = feeders.map((feeder, part) => {
		const own = attributesFedBy(table, feeder).map((name) => [name, attributes[name]]);
		const isRead = partsRead.includes(part);
		return isRead ? hash('sha256', JSON.stringify([own, unknown, isGone]), 'buffer') : Buffer.alloc(32);
	});
	const isDevice = kind === 'ec2.devices';
	return {
		nativeId: isDevice
			? `arn:aws:ec2:eu-west-1:1:instance/i-${number}`
			: `${kind === 'iam.users' ? 'AIDA' : 'd-1/É'}${number}`,
		assetType: isDevice ? 'device' : 'user',
		attributes,
		replacedKeys: partsRead.flatMap((part) => attributesFedBy(table, feeders[part] ?? '')),
		partsRead,
		hash: Buffer.concat(digests),
		unknown,
		notes: [],
		presence: isGone ? 'gone' : 'present',
		rawJson: '{}',
	};
}

/** @param planned in the order of the parts */
export function enrichmentsOf(
	kind: string,
	planned: readonly (PlannedEnrichment | null)[],
	at: Date,
): Record<string, EnrichmentUpdate> {
	return Object.fromEntries(
		enrichedPartsOf(kind).flatMap(({ action }, index): [string, EnrichmentUpdate][] => {
			const ended = planned[index];
			if (!ended) return [];
			const asOf = action === credentialReportAction && ended.hasReport ? { asOf: at } : {};
			return [[action, { outcome: ended.outcome, ...asOf }]];
		}),
	);
}

/** Names of accounts as organization discovery writes them; their last change lies between the first two rounds. */
async function writeAccounts(
	{ store, organizationId }: Ground,
	configurations: readonly string[],
	[before, after]: PlannedInventory['accounts'],
): Promise<void> {
	const changedAt = minute(roundMinutes + 1);
	const facts = JSON.stringify([
		...before.map((account) => ({ ...account, from: minute(0), to: changedAt })),
		...after.map((account) => ({ ...account, from: changedAt, to: null })),
	]);
	await store.system(async ({ client }) => {
		const values = [organizationId, configurations, facts];
		const given = `unnest($2::uuid[]) as c(id)
			cross join jsonb_to_recordset($3::jsonb) as g("accountId" text, name text, "ouPath" text, "from" timestamptz, "to" timestamptz)`;
		await client.query(
			`insert into account_version (organization, configuration, account_id, name, ou_path, state, valid_from, valid_to)
			select $1::uuid, c.id, g."accountId", g.name, g."ouPath", 'ACTIVE', g."from", g."to" from ${given}`,
			values,
		);
		await client.query(
			`insert into account (organization, configuration, account_id, name, ou_path, state, first_seen_at, last_seen_at)
			select $1::uuid, c.id, g."accountId", g.name, g."ouPath", 'ACTIVE', g."from", g."from" from ${given} where g."to" is null`,
			values,
		);
	});
}
