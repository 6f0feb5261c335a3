import type { CallLogEntry } from '@rollcall/aws-simulator/control/call-log.ts';
import { type RunningSimulator, startSimulator } from '@rollcall/aws-simulator/start-simulator.ts';
import type { EnrichmentSummary, ExecutionSummary, RegionSummary } from '@rollcall/model/run/summary.ts';
import { openRig } from '#collect/testing/rig.ts';
import type { AccessChoice } from '#connect/policies/needs.ts';
import type { Collection } from '#sources/kit/collection.ts';
import { defaultSourceSettings, findCollection, listExtras, type SourceSettings } from '#sources/registry.ts';

/** A small AWS Organization: every kind of asset, more pages than one, no report that is waited for. */
export async function startSmallOrganization(): Promise<RunningSimulator> {
	return await startSimulator({
		accounts: 3,
		regions: 2,
		instances: 30,
		iamUsersPerAccount: 3,
		identityCenterUsers: 9,
		identityCenterGroups: 3,
		pageCap: 4,
		credentialReportAsks: 0,
		throttle: false,
		gzip: false,
	});
}

/** Settings with these extras on; the identity store is named where nobody may be asked for it. */
function settingsOf(simulator: RunningSimulator, extras: readonly string[]): SourceSettings {
	const { identityStoreId, identityStoreRegion: region } = simulator;
	const isAsked = extras.includes('find-identity-store');
	const identityCenter = { identityStoreId: isAsked ? null : identityStoreId, region };
	return { ...defaultSourceSettings, extras, identityCenter };
}

export interface GrantedRun {
	readonly collection: Collection<unknown>;
	readonly summary: ExecutionSummary;
	readonly calls: readonly CallLogEntry[];
	/** IAM actions that were asked of AWS, whatever it answered, without AssumeRole. */
	readonly actions: readonly string[];
}

/** One execution of a kind, with those extras that are its own, and what it asked AWS for. */
export async function runGranted(
	simulator: RunningSimulator,
	kind: string,
	choice: Omit<AccessChoice, 'integrations'>,
): Promise<GrantedRun> {
	const own = listExtras().filter((extra) => extra.kind === kind && choice.extras.includes(extra.name));
	const sources = settingsOf(
		simulator,
		own.map(({ name }) => name),
	);
	simulator.control.clearCalls();
	const rig = await openRig({ target: simulator, kind, sources, clockSpeed: 100 });
	const { summary } = await rig.collectLines({
		enrich: 'all',
		access: choice.organizationDiscovery ? 'organization' : 'single',
	});
	await rig.close();
	const calls = simulator.control.calls();
	const asked = calls.filter(({ action }) => action !== 'AssumeRole');
	const actions = [...new Set(asked.map(({ service, action }) => `${service}:${action}`))].sort();
	return { collection: findCollection(kind, sources), summary, calls, actions };
}

/** Scopes and enrichments of a run that are not complete. */
export function troublesOf({ accounts }: ExecutionSummary): readonly (RegionSummary | EnrichmentSummary)[] {
	const scopes = accounts.flatMap((account) => account.regions);
	return [...scopes, ...scopes.flatMap((scope) => scope.enrichments)].filter(({ outcome }) => outcome !== 'complete');
}

/** IAM actions that people read of in the troubles and warnings of a run. */
export function namedActions(summary: ExecutionSummary): readonly string[] {
	const texts = [...summary.warnings, ...troublesOf(summary).map(({ cause }) => cause ?? '')];
	return [...new Set(texts.flatMap((text) => text.match(/\b[a-z][a-z0-9]+:[A-Z]\w+/g) ?? []))].sort();
}
