import { startSimulator } from '@rollcall/aws-simulator/start-simulator.ts';
import { listTrueDevices } from '@rollcall/aws-simulator/truth.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Aws } from '#aws/create-aws.ts';
import { createTestAws } from '#aws/testing/fake-aws.ts';
import type { ReadContext } from '#sources/kit/collection.ts';
import type { InstanceItem } from './convert.ts';
import { defineEc2Devices } from './devices.ts';
import { createKnownIdFanOut } from './known-ids.ts';

type Simulator = Awaited<ReturnType<typeof startSimulator>>;

let simulator: Simulator;
let aws: Aws;
const collection = defineEc2Devices();

beforeAll(async () => {
	simulator = await startSimulator({
		...{ scenario: 'even', accounts: 1, regions: 1, instances: 0, bigScopeInstances: 2345 },
		...{ managedShare: 0.02, shortPageRate: 0.3, emptyPageRate: 0.3 },
	});
	const { accessKeyId, secretAccessKey } = simulator.principals.base;
	// A real answer takes real time, however fast the clock runs.
	const limits = { requestTimeoutMs: 30_000 * 100 };
	const provide = async () => ({ accessKeyId, secretAccessKey });
	({ aws } = createTestAws({ url: simulator.endpoint }, { limits }, { provide }));
});

afterAll(async () => {
	await aws.close();
	await simulator.close();
});

/** The one scope, as the engine lets a collection call it. */
function openContext(): ReadContext {
	const { roleArn, externalId, managementAccountId } = simulator;
	const session = aws.broker.assumeRole({ roleArn, externalId, actions: collection.permissions });
	const region = [...listTrueDevices(simulator.world)][0]?.region ?? '';
	const { signal } = new AbortController();
	return {
		scope: { partition: 'aws', accountId: managementAccountId, region },
		signal,
		call: (operation, input) => aws.caller.call(operation, { session, region, input, signal }),
		lastKnown: async () => new Map(),
	};
}

async function gather<Page>(pages: AsyncIterable<Page>): Promise<readonly Page[]> {
	const gathered: Page[] = [];
	for await (const page of pages) gathered.push(page);
	return gathered;
}

/** Attributes by native id. */
function convertAll(context: ReadContext, pages: readonly { readonly items: readonly InstanceItem[] }[]) {
	const records = pages.flatMap((page) => page.items.map((item) => collection.convert(item, context.scope)));
	return new Map(records.map((record) => [record.nativeId ?? '', record.attributes]));
}

test('over the wire: the same devices as a listing gives, and missing is what was removed', async () => {
	const { control, world } = simulator;
	const context = openContext();
	const listed = convertAll(context, await gather(collection.read(context)));
	const known = [...listed.keys()];
	expect(known).toHaveLength(2345);
	const since = new Date(world.time.at);

	control.advance(26 * 60 * 60 * 1000);
	const removed = [10, 11, 1200, 2300].flatMap((index) => known[index] ?? []);
	for (const arn of removed) control.mutate({ remove: arn });
	control.mutate({ terminate: known[20] ?? '' });
	control.mutate({ stop: known[21] ?? '' });
	control.mutate({ stop: known[22] ?? '' });
	control.mutate({ start: known[22] ?? '' });
	const { accountId, region } = context.scope;
	const added = Array.from({ length: 5 }, () => control.mutate({ add: { accountId, region } }));
	control.clearCalls();

	const pages = await gather(createKnownIdFanOut(5_000, () => world.time.at).read(context, known, since));
	const calls = control.calls();
	const found = convertAll(context, pages);
	const truth = [...listTrueDevices(world)].map((device) => device.arn);
	expect([...found.keys()].sort()).toStrictEqual(truth.sort());
	expect(added.every((arn) => found.has(arn ?? ''))).toBe(true);
	expect(pages.flatMap((page) => page.missing).sort()).toStrictEqual(removed.sort());

	const again = convertAll(context, await gather(collection.read(context)));
	expect(Object.fromEntries(found)).toStrictEqual(Object.fromEntries(again));
	// Three batches, each of which named somebody; nothing else was refused, and nothing asked twice.
	const refused = calls.filter((call) => call.status !== 200).map((call) => call.code);
	expect(refused).toStrictEqual(Array(3).fill('InvalidInstanceID.NotFound'));
	expect(calls.filter((call) => call.items >= 300)).toHaveLength(3);
}, 60_000);
