import {
	DescribeAddressesCommand,
	DescribeInstancesCommand,
	DescribeNetworkInterfacesCommand,
	DescribeRegionsCommand,
	type Instance,
	type Tag,
} from '@aws-sdk/client-ec2';
import { ListAccountsCommand } from '@aws-sdk/client-organizations';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningSimulator, startSimulator } from './start-simulator.ts';
import { assume, connectEc2, connectOrganizations } from './testing/connect.ts';
import { listTrueAccounts, listTrueDevices, type TrueDevice } from './truth.ts';
import { findAccount } from './world/accounts.ts';
import { listAddresses } from './world/free-resources.ts';
import { openScope } from './world/scopes.ts';

let simulator: RunningSimulator;

beforeAll(async () => {
	simulator = await startSimulator({ scenario: 'demo', instances: 1200, throttle: false, terminatedShare: 0.05 });
});
afterAll(() => simulator.close());

function sortTags(tags: readonly Tag[] | undefined): string[] {
	return (tags ?? []).map((tag) => `${tag.Key}=${tag.Value}`).sort();
}

/** What the SDK read, in the words of the truth. */
function summarise(instance: Instance, reservationId: string | undefined) {
	return {
		instanceId: instance.InstanceId,
		reservationId,
		state: instance.State?.Name,
		stateCode: instance.State?.Code,
		reason: instance.StateReason?.Message,
		transition: instance.StateTransitionReason,
		imageId: instance.ImageId,
		type: instance.InstanceType,
		architecture: instance.Architecture,
		platform: instance.Platform as string | undefined, // AWS says `windows`, the SDK's type `Windows`.
		details: instance.PlatformDetails,
		key: instance.KeyName,
		launchedAt: instance.LaunchTime?.getTime(),
		usageAt: instance.UsageOperationUpdateTime?.getTime(),
		zone: instance.Placement?.AvailabilityZone,
		tenancy: instance.Placement?.Tenancy,
		hostId: instance.Placement?.HostId,
		monitoring: instance.Monitoring?.State,
		vpcId: instance.VpcId,
		subnetId: instance.SubnetId,
		ip: instance.PrivateIpAddress,
		dns: instance.PrivateDnsName,
		publicIp: instance.PublicIpAddress,
		publicDns: instance.PublicDnsName,
		ipv6: instance.Ipv6Address,
		lifecycle: instance.InstanceLifecycle,
		spot: instance.SpotInstanceRequestId,
		ebsOptimized: instance.EbsOptimized,
		profile: instance.IamInstanceProfile?.Arn,
		tokens: instance.MetadataOptions?.HttpTokens,
		hops: instance.MetadataOptions?.HttpPutResponseHopLimit,
		hibernation: instance.HibernationOptions?.Configured,
		enclave: instance.EnclaveOptions?.Enabled,
		bootMode: instance.BootMode,
		cores: instance.CpuOptions?.CoreCount,
		threads: instance.CpuOptions?.ThreadsPerCore,
		licenses: (instance.Licenses ?? []).map((license) => license.LicenseConfigurationArn),
		managed: instance.Operator?.Managed,
		groups: (instance.SecurityGroups ?? []).map((group) => `${group.GroupId} ${group.GroupName}`).sort(),
		volumes: (instance.BlockDeviceMappings ?? [])
			.map(
				(row) =>
					`${row.DeviceName} ${row.Ebs?.VolumeId} ${row.Ebs?.AttachTime?.getTime()} ${row.Ebs?.DeleteOnTermination}`,
			)
			.sort(),
		tags: sortTags(instance.Tags),
		interfaces: (instance.NetworkInterfaces ?? [])
			.map((row) => ({
				id: row.NetworkInterfaceId,
				mac: row.MacAddress,
				index: row.Attachment?.DeviceIndex,
				attachedAt: row.Attachment?.AttachTime?.getTime(),
				description: row.Description,
				ips: (row.PrivateIpAddresses ?? [])
					.map((ip) => `${ip.PrivateIpAddress} ${ip.Primary} ${ip.Association?.PublicIp}`)
					.sort(),
				ipv6: (row.Ipv6Addresses ?? []).map((ip) => ip.Ipv6Address),
				groups: (row.Groups ?? []).map((group) => group.GroupId).sort(),
			}))
			.sort((left, right) => (left.index ?? 0) - (right.index ?? 0)),
	};
}

function summariseTruth(device: TrueDevice): ReturnType<typeof summarise> {
	return {
		instanceId: device.instanceId,
		reservationId: device.reservationId,
		state: device.state,
		stateCode: device.stateCode,
		reason: device.stateReason?.message,
		transition: device.stateTransitionReason,
		imageId: device.imageId,
		type: device.instanceType.name as Instance['InstanceType'], // The SDK's list of types is open.
		architecture: device.instanceType.architecture,
		platform: device.platform,
		details: device.platformDetails,
		key: device.keyName,
		launchedAt: device.launchedAt,
		usageAt: device.firstLaunchedAt,
		zone: device.zone,
		tenancy: device.tenancy,
		hostId: device.hostId,
		monitoring: device.monitoring,
		vpcId: device.vpcId,
		subnetId: device.subnetId,
		ip: device.privateIp,
		dns: device.privateDnsName,
		publicIp: device.publicIp,
		publicDns: device.publicDnsName,
		ipv6: device.ipv6,
		lifecycle: device.lifecycle,
		spot: device.spotRequestId,
		ebsOptimized: device.ebsOptimized,
		profile: device.instanceProfile?.arn,
		tokens: device.httpTokens,
		hops: device.hopLimit,
		hibernation: device.hibernation,
		enclave: device.enclave,
		bootMode: device.bootMode,
		cores: device.instanceType.cores,
		threads: device.instanceType.threads,
		licenses: [...device.licenses],
		managed: device.managedBy !== undefined,
		groups: device.groups.map((group) => `${group.groupId} ${group.groupName}`).sort(),
		volumes: device.volumes
			.map((row) => `${row.deviceName} ${row.volumeId} ${row.attachedAt} ${row.deleteOnTermination}`)
			.sort(),
		tags: device.tags.map((tag) => `${tag.key}=${tag.value}`).sort(),
		interfaces: device.interfaces.map((row) => ({
			id: row.interfaceId,
			mac: row.macAddress,
			index: row.deviceIndex,
			attachedAt: row.attachedAt,
			description: row.description,
			ips: row.addresses.map((ip) => `${ip.address} ${ip.primary} ${ip.association?.publicIp}`).sort(),
			ipv6: [...row.ipv6],
			groups: row.groups.map((group) => group.groupId).sort(),
		})),
	};
}

test('the SDK reads every instance of the company field by field as the truth has it', async () => {
	let compared = 0;
	for (const account of listTrueAccounts(simulator.world)) {
		const readable = account.regions.filter((row) => row.outcome === 'readable');
		if (readable.length === 0) {
			continue;
		}
		const keys = await assume(simulator, { accountId: account.accountId });
		for (const { region } of readable) {
			const truth = [...listTrueDevices(simulator.world, { accountId: account.accountId, region })].map(summariseTruth);
			if (truth.length === 0) {
				continue;
			}
			const answer = await connectEc2(simulator, keys, region).send(
				new DescribeInstancesCommand({ MaxResults: 1000, IncludeManagedResources: true }),
			);
			const read = (answer.Reservations ?? []).flatMap((row) =>
				(row.Instances ?? []).map((instance) => summarise(instance, row.ReservationId)),
			);
			expect(read).toEqual(truth);
			compared += truth.length;
		}
	}
	expect(compared).toBeGreaterThan(1000);
});

test('ListAccounts tells every account with its state and path, twenty a page', async () => {
	const client = connectOrganizations(simulator, await assume(simulator));
	const read: unknown[] = [];
	let token: string | undefined;
	do {
		const answer = await client.send(new ListAccountsCommand(token === undefined ? {} : { NextToken: token }));
		expect(answer.Accounts?.length).toBeLessThanOrEqual(20);
		for (const row of answer.Accounts ?? []) {
			expect(row.Arn).toMatch(
				new RegExp(`^arn:aws:organizations::${simulator.managementAccountId}:account/o-[a-z0-9]{10}/${row.Id}$`),
			);
			// The service model's pattern of a path, to its end, with the account last as AWS has it.
			expect(row.Paths?.[0]).toMatch(
				/^o-[a-z0-9]{10,32}\/r-[0-9a-z]{4,32}(\/ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})*\/\d{12}\/$/,
			);
			read.push({
				accountId: row.Id,
				name: row.Name,
				email: row.Email,
				state: row.State,
				path: row.Paths?.[0],
				joinedAt: row.JoinedTimestamp?.getTime(),
			});
		}
		token = answer.NextToken;
	} while (token !== undefined);
	const truth = [...listTrueAccounts(simulator.world)].map(({ regions: _, ...account }) => account);
	expect(read).toEqual(truth);
	expect(truth.map((account) => account.state)).toContain('SUSPENDED');
});

test('addresses and interfaces agree with the instances that carry them, and the free ones come on top', async () => {
	const account = findAccount(simulator.world, simulator.managementAccountId);
	expect(account).toBeDefined();
	const region = 'eu-central-1';
	const client = connectEc2(simulator, await assume(simulator), region);
	const devices = [...listTrueDevices(simulator.world, { accountId: simulator.managementAccountId, region })];
	const addresses = (await client.send(new DescribeAddressesCommand({}))).Addresses ?? [];
	const scope = account === undefined ? undefined : openScope(simulator.world, account, region);
	const known = scope === undefined ? [] : [...listAddresses(simulator.world, scope, simulator.world.time.at)];
	expect(addresses.map((row) => [row.PublicIp, row.AllocationId, row.InstanceId, row.PrivateIpAddress])).toEqual(
		known.map((row) => [row.publicIp, row.allocationId, row.instanceId, row.privateIp]),
	);
	for (const row of addresses.filter((address) => address.InstanceId !== undefined)) {
		expect(devices.find((device) => device.instanceId === row.InstanceId)?.publicIp).toBe(row.PublicIp);
	}
	const interfaces =
		(await client.send(new DescribeNetworkInterfacesCommand({ MaxResults: 1000 }))).NetworkInterfaces ?? [];
	const attached = devices.flatMap((device) =>
		device.interfaces.map((row) => `${device.instanceId} ${row.interfaceId} ${row.macAddress}`),
	);
	const read = interfaces.filter((row) => row.Attachment?.InstanceId !== undefined);
	expect(read.map((row) => `${row.Attachment?.InstanceId} ${row.NetworkInterfaceId} ${row.MacAddress}`)).toEqual(
		attached,
	);
	expect(interfaces.length).toBeGreaterThan(attached.length);
});

test('DescribeRegions tells the enabled regions of each account and no other', async () => {
	for (const account of [...listTrueAccounts(simulator.world)].filter(
		(row) => row.regions.length > 17 && row.state === 'ACTIVE',
	)) {
		const client = connectEc2(simulator, await assume(simulator, { accountId: account.accountId }));
		const regions = (await client.send(new DescribeRegionsCommand({}))).Regions ?? [];
		expect(regions.map((row) => row.RegionName).sort()).toEqual(account.regions.map((row) => row.region).sort());
		const all = (await client.send(new DescribeRegionsCommand({ AllRegions: true }))).Regions ?? [];
		expect(all.some((row) => row.OptInStatus === 'not-opted-in')).toBe(true);
	}
});

test('nested lists come in another order on every call', async () => {
	const client = connectEc2(simulator, await assume(simulator), 'eu-central-1');
	const ask = async () => JSON.stringify((await client.send(new DescribeInstancesCommand({}))).Reservations);
	expect(await ask()).not.toBe(await ask());
});
