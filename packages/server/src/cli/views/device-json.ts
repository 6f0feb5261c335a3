import { deviceAttributes } from '@rollcall/model/asset/device.ts';
import type { DeviceDetail, DeviceRow, DeviceSource } from '#compose/ports.ts';

/** A device for programs (`rules.md`, Names that were ambiguous: the envelope). */
export function presentDevice(device: DeviceRow): Record<string, unknown> {
	return {
		id: device.id,
		type: 'device',
		native_id: device.nativeId,
		first_observed_at: device.firstObservedAt,
		last_confirmed_at: device.lastConfirmedAt,
		last_changed_at: device.lastChangedAt,
		states: [device.standing],
		labels: [],
		attributes: sortAttributes(device.attributes),
		unknown: device.unknown,
	};
}

/** In the order of the schema: the database keeps its own. */
function sortAttributes(attributes: Readonly<Record<string, unknown>>): Record<string, unknown> {
	const names = Object.keys(deviceAttributes).filter((name) => attributes[name] !== undefined);
	return Object.fromEntries(names.map((name) => [name, attributes[name]]));
}

/** One with its sources and its events. */
export function presentDeviceDetail(device: DeviceDetail): Record<string, unknown> {
	return {
		...presentDevice(device),
		sources: device.sources.map(presentSource),
		events: device.events.map((event) => ({
			at: event.at,
			type: event.type,
			execution: event.executionId,
			attribute: event.attribute,
			value: event.value,
		})),
	};
}

function presentSource(source: DeviceSource): Record<string, unknown> {
	return {
		source: source.kind,
		configuration: source.configuration,
		native_id: source.nativeId,
		scope: { account_id: source.accountId, region: source.region },
		state: source.standing,
		first_observed_at: source.firstObservedAt,
		last_confirmed_at: source.lastConfirmedAt,
		last_changed_at: source.lastChangedAt,
		enrichments: source.enrichments.map((each) => ({
			action: each.action,
			outcome: each.outcome,
			confirmed_at: each.confirmedAt,
			cause: each.cause,
		})),
	};
}
