import { startSimulator } from '@rollcall/aws-simulator/start-simulator.ts';
import { listTrueDevices } from '@rollcall/aws-simulator/truth.ts';
import type { ExecutionSummary } from '@rollcall/model/run/summary.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openRig } from '#collect/testing/rig.ts';
import { type Rewrite, startRewritingProxy } from './rewriting-proxy.ts';
import { openStage, type Stage, type StoredRecord, scopeOf } from './stage.ts';

const longText = Array.from({ length: 4000 }, (_, index) => (index * 7919).toString(36)).join('');

/** One odd instance: what is done to its XML, and what must be stored of it. */
interface Oddity {
	readonly name: string;
	readonly edit: (item: string) => string;
	readonly attributes?: Readonly<Record<string, unknown>>;
	readonly notes?: readonly string[];
	/** It has no identity any more. */
	readonly insufficient?: true;
}

const tagged = (items: string): string => `<tagSet>${items}</tagSet>`;
const tag = (key: string, value: string): string => `<item><key>${key}</key><value>${value}</value></item>`;
const withTags = (items: string) => (item: string) => item.replace(/<tagSet>.*?<\/tagSet>|<tagSet\/>/s, tagged(items));
const withElement = (name: string, text: string) => (item: string) =>
	item.replace(new RegExp(`<${name}>[^<]*</${name}>`), `<${name}>${text}</${name}>`);
const withId = (text: string) => withElement('instanceId', text);

const oddities: readonly Oddity[] = [
	{ name: 'no id', edit: (item) => item.replace(/<instanceId>[^<]*<\/instanceId>/, ''), insufficient: true },
	{
		name: 'an empty id',
		edit: (item) => item.replace(/<instanceId>[^<]*<\/instanceId>/, '<instanceId/>'),
		insufficient: true,
	},
	{ name: 'an id that is none', edit: withId('../etc/passwd; drop'), insufficient: true },
	{ name: 'an id without end', edit: withId(`i-${longText}`), insufficient: true },
	{
		name: 'a time that is none',
		edit: withElement('launchTime', 'yesterday'),
		attributes: { launched_at: undefined },
		notes: ['LaunchTime'],
	},
	{
		name: 'a time before all times',
		edit: withElement('launchTime', '0000-00-00T00:00:00Z'),
		attributes: { launched_at: undefined },
		notes: ['LaunchTime'],
	},
	{
		name: 'a number of 2^60',
		edit: withElement('httpPutResponseHopLimit', '1152921504606846976'),
		attributes: { imds_hop_limit: undefined },
		notes: ['HttpPutResponseHopLimit'],
	},
	{
		name: 'a number that is a word',
		edit: withElement('httpPutResponseHopLimit', 'many'),
		attributes: { imds_hop_limit: undefined },
	},
	{
		name: 'NUL and half a surrogate pair in a tag',
		edit: withTags(tag('Name', 'a&#0;b&#xD800;c')),
		attributes: { name: 'a\ufffdb\ufffdc' },
		notes: ['a tag held characters'],
	},
	{
		name: 'tags with the names of JavaScript’s own',
		edit: withTags(tag('__proto__', 'polluted') + tag('constructor', 'x') + tag('toString', 'y')),
		attributes: { tags: JSON.parse('{"__proto__":"polluted","constructor":"x","toString":"y"}') },
	},
	{
		name: 'a tag without a key',
		edit: withTags('<item><value>lonely</value></item>'),
		attributes: { tags: undefined },
		notes: ['a tag is not text'],
	},
	{ name: 'a name without end', edit: withTags(tag('Name', longText)), attributes: { name: longText } },
	{
		name: 'empty lists everywhere',
		edit: (item) =>
			item
				.replace(/<tagSet>.*?<\/tagSet>/s, '<tagSet/>')
				.replace(/<networkInterfaceSet>.*<\/networkInterfaceSet>/s, '<networkInterfaceSet/>')
				.replace(/<blockDeviceMapping>.*?<\/blockDeviceMapping>/s, '<blockDeviceMapping/>'),
		attributes: { tags: undefined, mac_addresses: undefined, volumes: undefined },
	},
	{ name: 'an address that is none', edit: withElement('privateIpAddress', '999.1.2.3'), notes: ['address'] },
	{
		name: 'a state nobody knows',
		edit: (item) => item.replace(/<name>(running|stopped)<\/name>/, '<name>levitating</name>'),
	},
];

describe('invariant 12: odd answers of AWS become notes or insufficient records, never a failed page', () => {
	let stage: Stage;
	let close: () => Promise<void>;
	let accountId: string;
	/** Instances of the one scope; the first ones are odd, the others as AWS gives them. */
	let ids: readonly string[];
	let summary: ExecutionSummary;
	let records: ReadonlyMap<string, StoredRecord>;

	beforeAll(async () => {
		const simulator = await startSimulator({
			accounts: 1,
			regions: 1,
			instances: 30,
			terminatedShare: 0,
			gzip: false,
			throttle: false,
		});
		const proxy = await startRewritingProxy(simulator.endpoint);
		stage = await openStage({ target: { ...simulator, endpoint: proxy.endpoint }, clockSpeed: 100 });
		close = async () => {
			await stage.close();
			await proxy.close();
			await simulator.close();
		};
		accountId = simulator.managementAccountId;
		ids = [...listTrueDevices(simulator.world)]
			.filter((device) => device.privateIp !== undefined)
			.map((device) => device.arn);
		proxy.rewrite(makeOdd(ids));
		summary = await stage.rig.collect({ enrich: 'all' });
		records = await stage.records();
	});
	afterAll(() => close?.());

	it('the scope is complete, and every instance of it is stored', () => {
		expect(scopeOf(summary, accountId, 'us-east-1')).toMatchObject({ outcome: 'complete', cause: null });
		const insufficient = oddities.filter((oddity) => oddity.insufficient).length;
		expect(summary.counts).toMatchObject({ assets: 30 - insufficient, insufficient });
		expect(records.size).toBe(30);
		expect([...records.values()].filter((record) => record.state === 'insufficient')).toHaveLength(insufficient);
	});

	it.each(oddities)('an instance with $name', (oddity) => {
		const record = records.get(ids[oddities.indexOf(oddity)] ?? '');
		if (oddity.insufficient) {
			expect(record).toBeUndefined();
			return;
		}
		expect(record?.state).toBe('active');
		for (const [name, value] of Object.entries(oddity.attributes ?? {}))
			expect(record?.attributes[name]).toEqual(value);
		for (const note of oddity.notes ?? []) expect(record?.notes).toContainEqual(expect.stringContaining(note));
	});

	it('an insufficient record says why, and is no device', async () => {
		for (const record of records.values()) {
			if (record.state === 'insufficient') expect(record.notes).toContain('the item has no usable InstanceId');
		}
		const events = await stage.events();
		expect(events).toHaveLength(summary.counts.assets);
	});

	it('the same oddities again write nothing: they are the same records', async () => {
		const again = await stage.rig.collect({ enrich: 'all' });
		expect(again.counts).toMatchObject({ added: 0, changed: 0, removed: 0 });
		expect(await stage.records()).toEqual(records);
		expect({}).not.toHaveProperty('polluted');
	});
});

/** Edits the n-th odd instance by the n-th oddity. */
function makeOdd(arns: readonly string[]): Rewrite {
	return (action, body) => {
		if (action !== 'DescribeInstances') return body;
		const marks = body.split(/(?=<instanceId>)/);
		return marks
			.map((part) => {
				const index = arns.findIndex((arn) => part.startsWith(`<instanceId>${arn.split('/')[1]}<`));
				return oddities[index]?.edit(part) ?? part;
			})
			.join('');
	};
}

const wholeOddities: readonly { readonly name: string; readonly action: string; readonly body: string }[] = [
	{ name: 'nothing at all', action: 'DescribeInstances', body: '' },
	{
		name: 'a page of HTML',
		action: 'DescribeInstances',
		body: '<html><body>Sign in to the guest network</body></html>',
	},
	{ name: 'JSON', action: 'DescribeInstances', body: '{"Reservations":[]}' },
	{
		name: 'an answer without its list',
		action: 'DescribeInstances',
		body: '<DescribeInstancesResponse><requestId>1</requestId></DescribeInstancesResponse>',
	},
	{
		name: 'another call’s answer',
		action: 'DescribeInstances',
		body: '<DescribeRegionsResponse><regionInfo/></DescribeRegionsResponse>',
	},
	{
		name: 'no regions',
		action: 'DescribeRegions',
		body: '<DescribeRegionsResponse><regionInfo/></DescribeRegionsResponse>',
	},
];

describe('invariant 12: an answer that is none is a failure, never an empty scope', () => {
	it.each(wholeOddities)('$name instead of $action', async ({ action, body }) => {
		const simulator = await startSimulator({ accounts: 1, regions: 1, instances: 5, gzip: false, throttle: false });
		const proxy = await startRewritingProxy(simulator.endpoint);
		proxy.rewrite((asked, given) => (asked === action ? body : given));
		const rig = await openRig({ target: { ...simulator, endpoint: proxy.endpoint }, clockSpeed: 200 });
		const { summary, lines } = await rig.collectLines({ enrich: 'none' });
		await rig.close();
		await proxy.close();
		await simulator.close();
		expect(summary.result).toBe('failed');
		expect(summary.accounts[0]?.regions).toMatchObject([{ outcome: 'failed', cause: expect.stringMatching(/./) }]);
		expect(lines).toEqual([]);
	});
});
