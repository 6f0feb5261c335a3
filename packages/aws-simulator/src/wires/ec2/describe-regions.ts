import { type Answer, ApiError } from '../../http/messages.ts';
import type { Simulator } from '../../simulator.ts';
import { findAccount, regionsOf } from '../../world/accounts.ts';
import { factsOfPartition } from '../../world/partitions.ts';
import { readList } from '../query-protocol.ts';
import type { Call } from '../wire.ts';
import { answerEc2, refuseDryRun } from './answer.ts';
import { readFilters } from './filters.ts';

interface Row {
	readonly name: string;
	readonly endpoint: string;
	readonly geography: string;
	readonly status: string;
}

function statusOf(optIn: boolean, enabled: boolean): string {
	if (!optIn) {
		return 'opt-in-not-required';
	}
	return enabled ? 'opted-in' : 'not-opted-in';
}

function listRegions(simulator: Simulator, call: Call): Row[] {
	const { world } = simulator;
	const { regions, dnsSuffix } = factsOfPartition(world.settings.partition);
	const account = findAccount(world, call.principal.accountId);
	const byDefault = () => regions.filter((region) => !region.optIn).map((region) => region.name);
	const enabled = account === undefined ? byDefault() : regionsOf(world, account);
	const all = call.parameters.get('AllRegions') === 'true';
	const shown = regions.filter((region) => enabled.includes(region.name) || (all && region.optIn));
	return shown.map((region) => ({
		name: region.name,
		endpoint: `ec2.${region.name}.${dnsSuffix}`,
		geography: region.geography,
		status: statusOf(region.optIn, enabled.includes(region.name)),
	}));
}

function readerOf(filterName: string): (row: Row) => string {
	const read = {
		'region-name': (row: Row) => row.name,
		'opt-in-status': (row: Row) => row.status,
		endpoint: (row: Row) => row.endpoint,
	}[filterName];
	if (read === undefined) {
		throw new ApiError(400, 'InvalidParameterValue', `The filter '${filterName}' is invalid`);
	}
	return read;
}

/** The regions enabled for the account; with `AllRegions` also those it could enable. */
export function describeRegions(simulator: Simulator, call: Call): Answer {
	const filters = readFilters(call).map((filter) => ({ ...filter, read: readerOf(filter.name) }));
	refuseDryRun(call);
	let rows = listRegions(simulator, call);
	const names = readList(call.parameters, 'RegionName');
	const unknown = names.find((name) => !rows.some((row) => row.name === name));
	if (unknown !== undefined) {
		throw new ApiError(400, 'InvalidParameterValue', `Invalid region: '${unknown}'`);
	}
	rows = names.length === 0 ? rows : rows.filter((row) => names.includes(row.name));
	for (const { values, read } of filters) {
		rows = rows.filter((row) => values.includes(read(row)));
	}
	const items = rows.map(
		(row) => `
        <item>
            <regionName>${row.name}</regionName>
            <regionEndpoint>${row.endpoint}</regionEndpoint>
            <optInStatus>${row.status}</optInStatus>
            <geographySet>
                <item>
                    <name>${row.geography}</name>
                </item>
            </geographySet>
        </item>`,
	);
	return answerEc2(call, rows.length, [`\n    <regionInfo>${items.join('')}\n    </regionInfo>`]);
}
