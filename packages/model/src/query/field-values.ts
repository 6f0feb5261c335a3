import { eventValueText } from '../history/event-value.ts';
import type { AssetFacts, EventFacts, RecordFacts } from './asset-facts.ts';
import type { QueryField } from './fields.ts';

/** A record that says its asset is there. */
export function isLive({ state }: RecordFacts): boolean {
	return state === 'active' || state === 'unconfirmed';
}

/** Values of a field that is one for all records of an asset; undefined for any other field. */
export function valuesOfAsset({ name }: QueryField, asset: AssetFacts): readonly unknown[] | undefined {
	const live = asset.records.filter(isLive);
	const reporting = live.length > 0 ? live : asset.records;
	switch (name) {
		case 'id':
			return [asset.id];
		case 'first_observed_at':
			return [asset.firstObservedAt];
		case 'labels':
			return [asset.labels];
		case 'states':
			return asset.records.map(({ state }) => state);
		case 'sources':
			return reporting.map(({ kind }) => kind);
		case 'integrations':
			return reporting.map(({ integrationId }) => integrationId);
		case 'native_id':
			return reporting.map(({ nativeId }) => nativeId);
		default:
			return undefined;
	}
}

/**
 * Values of a field on one record, of lists their elements.
 *
 * @param whole whether objects are wanted themselves, not what of them is compared
 */
export function valuesOfRecord(field: QueryField, record: RecordFacts, whole: boolean): readonly unknown[] {
	const { attributes } = record;
	switch (field.name) {
		case 'instance_id':
			return [record.nativeId.slice(record.nativeId.lastIndexOf('/') + 1)];
		case 'last_changed_at':
			return [record.lastChangedAt];
		case 'last_confirmed_at':
			return listElements(record.lastConfirmedAt);
		case 'ips':
			return ['internal_ips', 'external_ips', 'ipv6'].flatMap((name) => listElements(attributes[name]));
		default: {
			const elements = listElements(attributes[field.attribute]);
			const members = field.member === undefined ? (whole ? undefined : field.members) : [field.member];
			return members === undefined ? elements : elements.flatMap((element) => membersOf(element, members));
		}
	}
}

/** No value where there is none; JSON's null is none. */
function listElements(value: unknown): readonly unknown[] {
	const elements: readonly unknown[] = Array.isArray(value) ? value : [value];
	return elements.filter((element) => element !== undefined && element !== null);
}

function membersOf(element: unknown, members: readonly string[]): readonly unknown[] {
	if (typeof element !== 'object' || element === null) return [];
	const values = new Map<string, unknown>(Object.entries(element));
	return members.flatMap((member) => listElements(values.get(member)));
}

const envelopeThatMayBeUnknown: ReadonlySet<string> = new Set([
	'account_name',
	'ou_path',
	'credential_report_at',
	'last_activity_at',
]);

/** Whether a record does not tell a field. Of the envelope most is known of every record. */
export function isMasked(field: QueryField, record: RecordFacts): boolean {
	const isTold = field.origin !== 'attribute' && !envelopeThatMayBeUnknown.has(field.name);
	return !isTold && Object.hasOwn(record.unknown, field.attribute);
}

export function valuesOfEvent({ name }: QueryField, event: EventFacts): readonly unknown[] {
	switch (name) {
		case 'type':
			return [event.type];
		case 'at':
			return [event.at];
		case 'attribute':
			return listElements(event.attribute);
		case 'value':
			return event.value === undefined || event.value === null ? [] : [eventValueText(event.value)];
		case 'source':
			return listElements(event.source);
		case 'integration':
			return listElements(event.integrationId);
		case 'execution':
			return listElements(event.executionId);
		case 'asset':
			return event.assetIds;
		default:
			throw new Error(`events have no field ${name}`);
	}
}
