import { fold } from '@rollcall/model/history/text.ts';
import { clip } from './indexable.ts';
import { addressColumn, attributeColumn, commonColumns } from './projected-columns.ts';
import type { ProjectedColumn, Projection } from './projection.ts';

/** A column of the two that say where the device is. */
const place = (name: string): ProjectedColumn => ({
	name,
	type: 'text',
	value: ({ attributes }) => clip(text(attributes[name]) ?? '', 128),
});

export const deviceProjection: Projection = {
	table: 'device',
	columns: [
		place('account_id'),
		place('region'),
		{ name: 'instance_id', type: 'text', value: ({ nativeId }) => instanceIdOf(nativeId) },
		{ name: 'has_name', type: 'boolean', value: ({ attributes }) => typeof attributes['name'] === 'string' },
		{
			name: 'name_folded',
			type: 'text',
			value: ({ attributes, nativeId }) => clip(fold(text(attributes['name']) ?? instanceIdOf(nativeId))),
		},
		attributeColumn('state'),
		attributeColumn('os_platform'),
		attributeColumn('os'),
		attributeColumn('model'),
		attributeColumn('vpc_id'),
		attributeColumn('subnet_id'),
		attributeColumn('image_id'),
		attributeColumn('owner'),
		attributeColumn('environment'),
		attributeColumn('launched_at', 'timestamptz'),
		attributeColumn('first_launched_at', 'timestamptz'),
		attributeColumn('stopped_at', 'timestamptz'),
		attributeColumn('public', 'boolean'),
		addressColumn('internal_ips'),
		addressColumn('external_ips'),
		addressColumn('ipv6'),
		...commonColumns('device'),
	],
};

/** The instance id at the end of the ARN; a native id of another form as it is. */
export function instanceIdOf(nativeId: string): string {
	return nativeId.slice(nativeId.lastIndexOf('/') + 1);
}

function text(value: unknown): string | undefined {
	return typeof value === 'string' ? value : undefined;
}
