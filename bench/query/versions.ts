import { withClient } from '../../packages/server/src/platform/postgres/database.ts';
import { dropIndexes, runAll } from '../../packages/server/src/store/testing/indexes-apart.ts';
import type { Ground } from './ground.ts';

/**
 * A past for every device: so many closed versions, an hour each, before it became what it is. Made by the database out of
 * the rows there are, because five million changes through the write path take an hour. Every version has its image and an
 * event; what it says is what the device says.
 */
export async function makeVersions(ground: Ground, perDevice: number): Promise<void> {
	const { connection } = ground;
	await withClient(connection, async (client) => {
		const { rows } = await client.query<{ name: string }>(
			`select attname as name from pg_attribute where attrelid = 'device'::regclass and attnum > 0 and not attisdropped`,
		);
		const names = rows.map(({ name }) => name);
		const isTime = (name: string): boolean => name === 'valid_from' || name === 'changed_at';
		const values = names.map((name) => (isTime(name) ? from : `d.${name}`));
		const source = `device d cross join generate_series(0, ${perDevice - 1}) k`;
		const indexes = await dropIndexes(client, ['device_version', 'record_version', 'event']);
		process.stderr.write('versions\n');
		await runAll(connection, [
			`insert into device_version (${names.join(', ')}, valid_to) select ${values.join(', ')}, ${to} from ${source}`,
			`insert into record_version (record, valid_from, valid_to, organization, integration, scope, asset_id, type, state, attributes)
			select d.record, ${from}, ${to}, r.organization, r.integration, r.scope, r.asset_id, r.type, r.state, r.attributes
			from ${source} join source_record r on r.id = d.record`,
			`insert into event (organization, number, at, type, asset_id, record, integration, attribute, value)
			select d.organization, (select last_number from event_counter) + row_number() over (), ${to},
				'AttributeValueAdd', d.asset_id, d.record, d.integration, 'state', to_jsonb(d.state)
			from ${source}`,
		]);
		process.stderr.write('their indexes\n');
		await runAll(connection, ['update event_counter set last_number = (select max(number) from event)', ...indexes]);
	});
}

const from = `d.valid_from - (k + 1) * interval '1 hour'`;
const to = `d.valid_from - k * interval '1 hour'`;
