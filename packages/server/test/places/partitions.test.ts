import type { RunningSimulator } from '@rollcall/aws-simulator/start-simulator.ts';
import { listTrueDevices, listTrueIamUsers, listTrueIdentityUsers } from '@rollcall/aws-simulator/truth.ts';
import { recordLine } from '@rollcall/model/asset/record-line.ts';
import { afterEach, describe, expect, test } from 'vitest';
import { openRig, type Rig, type RunChoices } from '#collect/testing/rig.ts';

interface Place {
	readonly partition: 'aws-us-gov' | 'aws-cn' | 'aws-eusc';
	/** By service, as AWS documents them. */
	readonly organizations: string;
	readonly iam: string;
	readonly regions: readonly string[];
	/** Where the program begins when nothing but the role's ARN tells where it is. */
	readonly entry: string;
}

const places: readonly Place[] = [
	{
		partition: 'aws-us-gov',
		organizations: 'us-gov-west-1',
		iam: 'us-gov-west-1',
		regions: ['us-gov-east-1', 'us-gov-west-1'],
		entry: 'us-gov-west-1',
	},
	{
		partition: 'aws-cn',
		organizations: 'cn-northwest-1',
		iam: 'cn-north-1',
		regions: ['cn-north-1', 'cn-northwest-1'],
		entry: 'cn-north-1',
	},
	{
		partition: 'aws-eusc',
		organizations: 'eusc-de-east-1',
		iam: 'eusc-de-east-1',
		regions: ['eusc-de-east-1'],
		entry: 'eusc-de-east-1',
	},
];

const kinds = ['ec2.devices', 'iam.users', 'identity_center.users'] as const;
type Kind = (typeof kinds)[number];

let rig: Rig | undefined;
afterEach(async () => {
	await rig?.close();
	rig = undefined;
});

async function open(
	partition: Place['partition'] | 'aws',
	kind: Kind,
	entryRegion?: string,
): Promise<RunningSimulator> {
	const simulator = { partition, accounts: 3, instances: 40, terminatedShare: 0, iamUsersPerAccount: 3 };
	rig = await openRig({ simulator, kind, clockSpeed: 100, ...(entryRegion === undefined ? {} : { entryRegion }) });
	return rig.simulator;
}

/** Collects, and answers with what was found and where each service was asked. */
async function collect(choices: RunChoices) {
	if (!rig) throw new Error('no rig is open');
	const { summary, lines } = await rig.collectLines(choices);
	const signedFor = new Map<string, Set<string>>();
	for (const { service, region } of rig.simulator.control.calls()) {
		signedFor.set(service, (signedFor.get(service) ?? new Set()).add(region));
	}
	const regionsOf = (service: string): string[] => [...(signedFor.get(service) ?? [])].sort();
	return { summary, records: lines.map((line) => recordLine.parse(line)), regionsOf };
}

/** Native ids as the world has them. */
function truthOf({ world, identityStoreId }: RunningSimulator, kind: Kind, accountId?: string): readonly string[] {
	const within = accountId === undefined ? {} : { accountId };
	const ids = {
		'ec2.devices': () => [...listTrueDevices(world, within)].map((device) => device.arn),
		'iam.users': () => [...listTrueIamUsers(world, within)].map((user) => user.userId),
		'identity_center.users': () => [...listTrueIdentityUsers(world)].map((user) => `${identityStoreId}/${user.userId}`),
	};
	return ids[kind]().toSorted();
}

describe.each(places)('in $partition', (place) => {
	const { partition, entry } = place;
	const calledIn: Record<Kind, (simulator: RunningSimulator) => Record<string, readonly string[]>> = {
		'ec2.devices': () => ({ ec2: place.regions, organizations: [place.organizations] }),
		'iam.users': () => ({ iam: [place.iam], organizations: [place.organizations] }),
		'identity_center.users': ({ identityStoreRegion }) => ({ identitystore: [identityStoreRegion], organizations: [] }),
	};

	test.each(kinds)("all %s are read by the role's ARN alone, each service asked where it lives", async (kind) => {
		const simulator = await open(partition, kind);
		const { summary, records, regionsOf } = await collect({});
		expect(summary).toMatchObject({ result: 'success', warnings: [] });
		expect(records.map((record) => record.native_id).toSorted()).toEqual(truthOf(simulator, kind));
		expect(regionsOf('sts')).toEqual([entry]);
		for (const [service, regions] of Object.entries(calledIn[kind](simulator))) {
			expect(regionsOf(service), service).toEqual(regions);
		}
		const arns = JSON.stringify(records).match(/arn:[\w-]+/g) ?? [];
		expect(new Set(arns)).toEqual(new Set(kind === 'identity_center.users' ? [] : [`arn:${partition}`]));
	});

	test.each(kinds)('all %s are read with an access key, once the entry region is told', async (kind) => {
		const simulator = await open(partition, kind, place.regions[0]);
		const { summary, records, regionsOf } = await collect({ access: 'keys' });
		expect(summary).toMatchObject({ result: 'success', warnings: [] });
		const own = truthOf(simulator, kind, simulator.managementAccountId);
		expect(records.map((record) => record.native_id).toSorted()).toEqual(own);
		expect(regionsOf('sts')).toEqual([place.regions[0]]);
		for (const [service, regions] of Object.entries({ ...calledIn[kind](simulator), organizations: [] })) {
			expect(regionsOf(service), service).toEqual(regions);
		}
	});

	test('an access key without the entry region is refused, and nothing is asked but whose it is', async () => {
		await open(partition, 'ec2.devices');
		const { summary, records, regionsOf } = await collect({ access: 'keys' });
		expect(summary.result).toBe('failed');
		expect(records).toEqual([]);
		expect(summary.message).toContain('ROLLCALL_ENTRY_REGION');
		expect(regionsOf('sts')).toEqual(['us-east-1']);
		expect(regionsOf('ec2')).toEqual([]);
	});
});

test('the entry region is where roles are entered and regions are asked for', async () => {
	const simulator = await open('aws', 'ec2.devices', 'eu-west-1');
	const { summary, regionsOf } = await collect({});
	expect(summary.result).toBe('success');
	expect(regionsOf('sts')).toEqual(['eu-west-1']);
	const asked = simulator.control.calls().filter(({ action }) => action === 'DescribeRegions');
	expect(new Set(asked.map(({ region }) => region))).toEqual(new Set(['eu-west-1']));
	expect(asked).toHaveLength(3);
});
