import { type Answer, ApiError } from '../../http/messages.ts';
import type { Simulator } from '../../simulator.ts';
import { findAccount } from '../../world/accounts.ts';
import { REGIONS } from '../../world/regions.ts';
import { readList } from '../query-protocol.ts';
import type { Call } from '../wire.ts';
import { answerEc2, refuseDryRun } from './answer.ts';
import { readFilters } from './filters.ts';

interface Row {
	readonly name: string;
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
	const account = findAccount(simulator.world, call.principal.accountId);
	const enabled = account?.regions ?? REGIONS.filter((region) => !region.optIn).map((region) => region.name);
	const all = call.parameters.get('AllRegions') === 'true';
	return REGIONS.filter((region) => enabled.includes(region.name) || (all && region.optIn)).map((region) => ({
		name: region.name,
		geography: region.geography,
		status: statusOf(region.optIn, enabled.includes(region.name)),
	}));
}

/** The regions enabled for the account; with `AllRegions` also those it could enable. */
export function describeRegions(simulator: Simulator, call: Call): Answer {
	refuseDryRun(call);
	let rows = listRegions(simulator, call);
	const names = readList(call.parameters, 'RegionName');
	const unknown = names.find((name) => !rows.some((row) => row.name === name));
	if (unknown !== undefined) {
		throw new ApiError(400, 'InvalidParameterValue', `Invalid region: '${unknown}'`);
	}
	rows = names.length === 0 ? rows : rows.filter((row) => names.includes(row.name));
	for (const filter of readFilters(call)) {
		const read = {
			'region-name': (row: Row) => row.name,
			'opt-in-status': (row: Row) => row.status,
			endpoint: (row: Row) => `ec2.${row.name}.amazonaws.com`,
		}[filter.name];
		if (read === undefined) {
			throw new ApiError(400, 'InvalidParameterValue', `The filter '${filter.name}' is invalid`);
		}
		rows = rows.filter((row) => filter.values.includes(read(row)));
	}
	const items = rows.map(
		(row) => `
        <item>
            <regionName>${row.name}</regionName>
            <regionEndpoint>ec2.${row.name}.amazonaws.com</regionEndpoint>
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
