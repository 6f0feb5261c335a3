import type { Clock } from '#platform/clock.ts';
import type { Collection } from '#sources/kit/collection.ts';
import type { Store } from '#store/open-store.ts';
import { forgetPolicyBlock, listPolicyBlocks, rememberPolicyBlock } from '#store/policy-blocks.ts';
import {
	endRegions,
	failAccountScopes,
	type KnownRecord,
	listReadRegions,
	openAccountScopes,
	renewLeases,
	skipOtherRegions,
} from '#store/scopes.ts';
import type { WriteQueue } from '#store/write-queue.ts';
import { isDayOld } from '../cadence.ts';
import { ownCauses, type UnitTask } from '../task.ts';
import type { RunSink } from './sink.ts';
import { createStoreScope, type Leases, type StoreParts } from './store-scope.ts';

/** A run that shows no sign of life for this long has lost its scopes (`rules.md`, Lease). */
const leaseMs = 60_000;

export interface StoreSinkOptions {
	readonly store: Store;
	readonly queue: WriteQueue;
	readonly clock: Clock;
	readonly collection: Collection<unknown>;
	readonly organizationId: string;
	readonly integrationId: string;
	readonly executionId: string;
	/** Names this process in the lease. */
	readonly owner: string;
}

/** Stores what a run collects: seen sets, leases and closes by the letter of `rules.md`. */
export function createStoreSink(options: StoreSinkOptions): RunSink {
	const { store, queue, clock, organizationId, integrationId, executionId, owner } = options;
	const leases: Leases = new Map();
	const { enrichments } = options.collection;
	const enrichedAttributes = enrichments.flatMap((each) => each.attributes);
	const withDetails = enrichments.some((each) => each.per === 'record' && each.isOn);
	const stopRenewing = keepLeases(options, leases);
	const parts: StoreParts = { ...options, leases };
	return {
		openAccount: async (task, regions) => {
			const opened = await store.tenant(organizationId, (tx) =>
				openAccountScopes(tx, {
					integrationId,
					executionId,
					accountId: task.accountId,
					regions,
					owner,
					leaseMs,
					isPartial: task.regions !== null,
					isOnly: options.collection.scopedBy !== 'region',
					enrichedAttributes,
					withDetails,
					now: new Date(clock.now()),
				}),
			);
			const known = new Map(opened.scopes.map((scope) => [scope.scopeId, new Map<string, KnownRecord>()]));
			for (const record of opened.known) known.get(record.scopeId)?.set(record.nativeId, record);
			for (const scope of opened.scopes) leases.set(scope.scopeId, scope.epoch);
			// The biggest first: it takes longest.
			const bySize = opened.scopes.toSorted((left, right) => right.recordCount - left.recordCount);
			return {
				scopes: bySize.map((scope) =>
					createStoreScope(parts, task, scope, {
						records: known.get(scope.scopeId) ?? new Map(),
						details: opened.details,
					}),
				),
				busyRegions: opened.busy.map((busy) => busy.region),
			};
		},
		failAccount: async (task, report) => {
			await store.tenant(organizationId, (tx) =>
				failAccountScopes(tx, {
					integrationId,
					executionId,
					accountId: task.accountId,
					outcome: report.outcome,
					cause: report.cause ?? null,
					regions: task.regions,
					at: new Date(clock.now()),
				}),
			);
		},
		skipOtherRegions: async (task, enabled, report) => {
			await store.tenant(organizationId, (tx) =>
				skipOtherRegions(tx, {
					integrationId,
					executionId,
					accountId: task.accountId,
					enabled,
					cause: report.cause ?? null,
					at: new Date(clock.now()),
				}),
			);
		},
		endRegions: async (task, regions, report) => {
			await store.tenant(organizationId, (tx) =>
				endRegions(tx, {
					integrationId,
					executionId,
					accountId: task.accountId,
					regions,
					outcome: report.outcome,
					cause: report.cause ?? null,
					at: new Date(clock.now()),
				}),
			);
		},
		...rememberRegions(options),
		drain: async () => {
			stopRenewing();
			await queue.drain();
		},
	};
}

type RegionMemory = Pick<RunSink, 'recallBlocks' | 'rememberBlock' | 'forgetBlock' | 'listReadRegions'>;

/** What is known of an account's regions from earlier runs. */
function rememberRegions({ store, clock, organizationId, integrationId }: StoreSinkOptions): RegionMemory {
	const placeOf = ({ accountId }: UnitTask) => ({ integrationId, accountId });
	return {
		recallBlocks: async (task) => {
			const blocks = await store.tenant(organizationId, (tx) => listPolicyBlocks(tx, placeOf(task)));
			return blocks.filter(({ askedAt }) => !isDayOld(askedAt, clock.now()));
		},
		rememberBlock: async (task, block) => {
			await store.tenant(organizationId, (tx) => rememberPolicyBlock(tx, placeOf(task), block));
		},
		forgetBlock: async (task, block) => {
			await store.tenant(organizationId, (tx) => forgetPolicyBlock(tx, placeOf(task), block));
		},
		listReadRegions: async (task) => {
			const asked = { ...placeOf(task), exceptSkippedFor: ownCauses.regionNotEnabled.code };
			return await store.tenant(organizationId, (tx) => listReadRegions(tx, asked));
		},
	};
}

/** Renews all leases of this process together, well before they run out: scopes wait their turn longer than a lease. */
function keepLeases(options: StoreSinkOptions, leases: Leases): () => void {
	const { store, clock, organizationId } = options;
	let stop = (): void => undefined;
	const renew = async (): Promise<void> => {
		const scopes = [...leases].map(([scopeId, epoch]) => ({ scopeId, epoch }));
		if (scopes.length === 0) return;
		await store.tenant(organizationId, (tx) => renewLeases(tx, { scopes, leaseMs, now: new Date(clock.now()) }));
	};
	const schedule = (): void => {
		// A renewal that fails is tried again; a lease that is lost meanwhile is found out by the next write.
		stop = clock.after(leaseMs / 3, () => {
			schedule();
			renew().catch(() => undefined);
		});
	};
	schedule();
	return () => stop();
}
