import { attributesOfKind } from '@rollcall/model/asset/attribute-tables.ts';
import type { AssetType } from '@rollcall/model/asset/record-state.ts';
import { kindsOf } from '@rollcall/model/query/check-rule.ts';
import type { AssetDetail, AssetRow, AssetSource } from '#compose/ports.ts';
import { presentEnrichment } from './enrichments.ts';

/** An asset for programs (`rules.md`, Names that were ambiguous: the envelope). */
export function presentAsset(type: AssetType, asset: AssetRow): Record<string, unknown> {
	return {
		id: asset.id,
		type,
		source: asset.source,
		sources: listMembers(asset),
		native_id: asset.nativeId,
		first_observed_at: asset.firstObservedAt,
		last_confirmed_at: asset.lastConfirmedAt,
		last_changed_at: asset.lastChangedAt,
		states: [asset.standing],
		labels: asset.labels ?? {},
		attributes: sortAttributes(type, asset),
		unknown: asset.unknown,
	};
}

/** The records that tell of it, as a list tells them apart; one asset alone has more of each. */
function listMembers({ members, source, nativeId, standing }: AssetRow): readonly Record<string, unknown>[] {
	return (members ?? [{ kind: source, nativeId, standing }]).map((member) => ({
		source: member.kind,
		native_id: member.nativeId,
		state: member.standing,
	}));
}

/** In the order of the schema: the database keeps its own. */
function sortAttributes(type: AssetType, { attributes, source }: AssetRow): Record<string, unknown> {
	const names = listAttributeNames(type, source).filter((name) => attributes[name] !== undefined);
	return Object.fromEntries(names.map((name) => [name, attributes[name]]));
}

/** What assets of a type may have, in the order of the schema: first what the source tells, then what others tell beside it. */
export function listAttributeNames(type: AssetType, source: string): readonly string[] {
	return [...new Set([source, ...kindsOf(type)].flatMap((kind) => Object.keys(attributesOfKind(kind))))];
}

/** One with its sources and its events. */
export function presentAssetDetail(type: AssetType, asset: AssetDetail): Record<string, unknown> {
	return {
		...presentAsset(type, asset),
		sources: asset.sources.map(presentSource),
		events: asset.events.map((event) => ({
			at: event.at,
			type: event.type,
			execution: event.executionId,
			attribute: event.attribute,
			value: event.value,
		})),
	};
}

function presentSource(source: AssetSource): Record<string, unknown> {
	return {
		source: source.kind,
		configuration: source.configuration,
		native_id: source.nativeId,
		scope: { account_id: source.accountId, region: source.region },
		state: source.standing,
		link: source.link,
		not_merged_by: source.shared.map((each) => ({
			value: each.value,
			why: each.why,
			other_users: each.others,
			other_users_of_store: each.othersOfStore,
			is_exact: each.isExact,
		})),
		first_observed_at: source.firstObservedAt,
		last_confirmed_at: source.lastConfirmedAt,
		last_changed_at: source.lastChangedAt,
		enrichments: source.enrichments.map(presentEnrichment),
	};
}
