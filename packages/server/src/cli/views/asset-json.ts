import { attributesOfKind } from '@rollcall/model/asset/attribute-tables.ts';
import type { AssetType } from '@rollcall/model/asset/record-state.ts';
import type { AssetDetail, AssetRow, AssetSource } from '#compose/ports.ts';

/** An asset for programs (`rules.md`, Names that were ambiguous: the envelope). */
export function presentAsset(type: AssetType, asset: AssetRow): Record<string, unknown> {
	return {
		id: asset.id,
		type,
		source: asset.source,
		native_id: asset.nativeId,
		first_observed_at: asset.firstObservedAt,
		last_confirmed_at: asset.lastConfirmedAt,
		last_changed_at: asset.lastChangedAt,
		states: [asset.standing],
		labels: asset.labels ?? {},
		attributes: sortAttributes(asset),
		unknown: asset.unknown,
	};
}

/** In the order of the schema: the database keeps its own. */
function sortAttributes({ attributes, source }: AssetRow): Record<string, unknown> {
	const names = Object.keys(attributesOfKind(source)).filter((name) => attributes[name] !== undefined);
	return Object.fromEntries(names.map((name) => [name, attributes[name]]));
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
		first_observed_at: source.firstObservedAt,
		last_confirmed_at: source.lastConfirmedAt,
		last_changed_at: source.lastChangedAt,
		enrichments: source.enrichments.map((each) => ({
			action: each.action,
			outcome: each.outcome,
			confirmed_at: each.confirmedAt,
			as_of: each.asOf,
			cause: each.cause,
		})),
	};
}
