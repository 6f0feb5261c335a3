import { isIP } from 'node:net';
import { fold } from '@rollcall/model/history/text.ts';
import { clip } from './indexable.ts';
import type { ProjectedColumn, Projection } from './projection.ts';

const attribute = (name: string, type: ProjectedColumn['type'] = 'text'): ProjectedColumn => ({
	name,
	type,
	value: (device) => device[name],
});

/** A column of the two that say where the device is. */
const place = (name: string): ProjectedColumn => ({
	name,
	type: 'text',
	value: (device) => clip(text(device[name]) ?? '', 128),
});

const addresses = (name: string): ProjectedColumn => ({
	name,
	type: 'inet[]',
	// Anything that is no address stays in the attributes and out of the column.
	value: ({ [name]: value }) =>
		Array.isArray(value) ? value.filter((item) => typeof item === 'string' && isIP(item) !== 0) : undefined,
});

/** Only the listing feeds what devices are searched by. */
export const deviceProjection: Projection = {
	table: 'device',
	enriched: [],
	columns: [
		place('account_id'),
		place('region'),
		{ name: 'instance_id', type: 'text', value: (_device, nativeId) => instanceIdOf(nativeId) },
		attribute('name'),
		{
			name: 'name_folded',
			type: 'text',
			value: (device, nativeId) => clip(fold(text(device['name']) ?? instanceIdOf(nativeId))),
		},
		attribute('state'),
		attribute('os_platform'),
		attribute('os'),
		attribute('model'),
		attribute('vpc_id'),
		attribute('image_id'),
		{
			name: 'owner_folded',
			type: 'text',
			value: (device) => {
				const owner = text(device['owner']);
				return owner === undefined ? undefined : clip(fold(owner));
			},
		},
		attribute('launched_at', 'timestamptz'),
		attribute('public', 'boolean'),
		addresses('internal_ips'),
		addresses('external_ips'),
		attribute('tags', 'jsonb'),
	],
};

/** The instance id at the end of the ARN; a native id of another form as it is. */
export function instanceIdOf(nativeId: string): string {
	return nativeId.slice(nativeId.lastIndexOf('/') + 1);
}

function text(value: unknown): string | undefined {
	return typeof value === 'string' ? value : undefined;
}
