import { discoveryKind } from '@rollcall/model/run/access-test.ts';
import { listAccounts } from '#aws/operations/organizations.ts';
import type { Principals } from '#aws/principal.ts';
import { purposeOf } from '#aws/purpose.ts';
import type { AwsSession } from '#aws/session.ts';
import type { Collection } from '#sources/kit/collection.ts';
import { findProbe } from './probes/find-probe.ts';
import type { CallProbe } from './probes/probe.ts';
import type { Question } from './verdict.ts';

/** Collections that enter an account by the same identity of ours, and so in one session. */
export interface EntryGroup {
	/** Purpose of the principal; null for an access key, which enters nothing. */
	readonly purpose: ReturnType<typeof purposeOf> | null;
	/** The identity that enters; null for an access key. */
	readonly principal: AwsSession | null;
	readonly collections: readonly Collection<unknown>[];
}

/** One question that is answered by a call of its own. */
export interface PlannedCheck extends Question {
	readonly group: EntryGroup;
	/** Whose scope it is about. */
	readonly collection: Collection<unknown>;
	readonly probe: CallProbe;
	/** The one region it is asked in; null: each that is read. */
	readonly region: string | null;
}

/** Everything that is to be asked in one account. */
export interface AccountPlan {
	readonly groups: readonly EntryGroup[];
	readonly checks: readonly PlannedCheck[];
	/** The list of enabled regions, where any collection is read by region. */
	readonly regionList: (Question & { readonly group: EntryGroup }) | null;
}

/** One group per principal, as each collection enters by that of its purpose (`product.md`, permissions). */
export function groupByPrincipal(
	collections: readonly Collection<unknown>[],
	principals: Pick<Principals, 'of'>,
): readonly EntryGroup[] {
	const groups = new Map<AwsSession, EntryGroup & { readonly collections: Collection<unknown>[] }>();
	for (const collection of collections) {
		const purpose = purposeOf(collection.permissions);
		const principal = principals.of(purpose);
		const group = groups.get(principal) ?? { purpose, principal, collections: [] };
		groups.set(principal, group);
		group.collections.push(collection);
	}
	return [...groups.values()];
}

/** Collections that are read in an account: all in the primary one, elsewhere those that fan out. */
function readThere(group: EntryGroup, isPrimary: boolean): readonly Collection<unknown>[] {
	return group.collections.filter((collection) => isPrimary || collection.fansOut);
}

/** What an account is entered for, for the report. */
export function kindsIn(group: EntryGroup, isPrimary: boolean, discovers: boolean): readonly string[] {
	const kinds = readThere(group, isPrimary).map((collection) => collection.kind);
	return isPrimary && discovers ? [...kinds, discoveryKind] : kinds;
}

/** IAM actions the session of a group is for; in the primary account discovery's is among them. */
export function actionsOf(group: EntryGroup, isPrimary: boolean, discovers: boolean): readonly string[] {
	const actions = readThere(group, isPrimary).flatMap((collection) => collection.permissions);
	return isPrimary && discovers ? [listAccounts.action, ...actions] : actions;
}

/** Each action is asked once per place, for all integrations that need it there. */
export function planAccount(groups: readonly EntryGroup[], isPrimary: boolean, partition: string): AccountPlan {
	const there = groups.filter((group) => readThere(group, isPrimary).length > 0);
	const checks = new Map<string, PlannedCheck & { readonly kinds: string[] }>();
	let regionList: (Question & { readonly group: EntryGroup; readonly kinds: string[] }) | null = null;
	for (const group of there) {
		for (const collection of readThere(group, isPrimary)) {
			const { kind, scopedBy } = collection;
			const region = scopedBy === 'region' ? null : scopedBy.callRegion(partition);
			for (const action of collection.permissions) {
				const probe = findProbe(action);
				if (probe === 'account_list') continue;
				if (probe === 'region_list') {
					regionList ??= { action, kinds: [], group };
					regionList.kinds.push(kind);
					continue;
				}
				const key = `${region ?? '*'} ${action}`;
				const check = checks.get(key) ?? { action, kinds: [], group, collection, probe, region };
				checks.set(key, check);
				check.kinds.push(kind);
			}
		}
	}
	return { groups: there, checks: [...checks.values()], regionList };
}
