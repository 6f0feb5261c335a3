import { gzipSync } from 'node:zlib';
import { RollcallError } from '@rollcall/model/errors/rollcall-error.ts';
import { describe, expect, test } from 'vitest';
import { createClock } from '#platform/clock.ts';
import type { AwsFault } from './fault.ts';
import { faultOf } from './fault.ts';
import { describeAddresses, describeInstances, describeNetworkInterfaces, describeRegions } from './operations/ec2.ts';
import type { SessionCredentials } from './session.ts';
import type { Ec2Reader } from './settings.ts';
import {
	addressesAnswer,
	ec2Error,
	html,
	instancesAnswer,
	instancesXml,
	interfacesAnswer,
	regionsAnswer,
	xml,
} from './testing/answers.ts';
import { type Answerer, createTestAws, startFakeAws, testKeys, type WireAnswer } from './testing/fake-aws.ts';

const never = new AbortController().signal;
const silent: WireAnswer = { respond: () => undefined };

/** Asks for one page of instances while AWS answers as told, and tells what came of it. */
async function ask(answer: Answerer, input: { nextToken?: string } = {}, reader: Ec2Reader = 'own') {
	await using fake = await startFakeAws(answer);
	await using test = createTestAws(fake, { reader });
	const { aws, session } = test;
	const request = { session, region: 'us-east-1', input, signal: never };
	try {
		const page = await aws.caller.call(describeInstances, request);
		return { page, requests: fake.requests, stats: aws.caller.stats(), fault: undefined, error: undefined };
	} catch (error) {
		return { page: undefined, requests: fake.requests, stats: aws.caller.stats(), fault: faultOf(error), error };
	}
}

/** The given answers one after the other, then the last for ever. */
function inTurn(...answers: WireAnswer[]): Answerer {
	return (_request, number) => answers[Math.min(number, answers.length) - 1] ?? silent;
}

const good = instancesAnswer(['i-1', 'i-2']);

describe.each<Ec2Reader>(['own', 'stock'])('with the %s reader', (reader) => {
	test('a page holds documents, raw JSON and the facts of the reservation', async () => {
		const { page, requests } = await ask(inTurn(instancesAnswer(['i-1'], 'more')), {}, reader);
		expect(page?.nextToken).toBe('more');
		expect(page?.items).toHaveLength(1);
		const item = page?.items[0];
		expect(item?.document).toStrictEqual({ InstanceId: 'i-1', KeyName: 'a & ü' });
		expect(JSON.parse(item?.rawJson ?? '')).toMatchObject({ InstanceId: 'i-1', ReservationId: 'r-1' });
		expect(item?.ownerId).toBe('123456789012');
		expect(requests[0]?.fields).toMatchObject({ MaxResults: '1000', IncludeManagedResources: 'true' });
		expect(requests[0]?.fields['NextToken']).toBeUndefined();
	});

	test('an empty page with a token is a page', async () => {
		const { page } = await ask(inTurn(instancesAnswer([], 'more')), {}, reader);
		expect(page).toStrictEqual({ items: [], nextToken: 'more' });
	});

	test('an empty token ends the listing', async () => {
		const { page } = await ask(inTurn(instancesAnswer(['i-1'], '')), {}, reader);
		expect(page?.nextToken).toBeNull();
	});

	const whole = instancesXml(['i-1', 'i-2']);
	test.each<[string, WireAnswer]>([
		['a body that ends too early at its promised length', xml(200, whole.slice(0, whole.length - 60))],
		['an empty body', xml(200, '')],
		['an HTML page with status 200', html(200)],
		['XML of something else', xml(200, '<Other/>')],
		['a body shorter than its content-length', shortBody(whole)],
		['a broken chunked body', brokenChunks(whole)],
		['gzip that does not unpack', { headers: { 'content-encoding': 'gzip' }, body: gzipSync(whole).subarray(0, 50) }],
	])('%s is never taken for a page and is asked for again', async (_name, bad) => {
		const recovered = await ask(inTurn(bad, bad, good), {}, reader);
		expect(recovered.page?.items).toHaveLength(2);
		expect(recovered.requests).toHaveLength(3);
		const lasting = await ask(inTurn(bad), {}, reader);
		expect(lasting.fault?.kind).toBe('truncated');
	});

	test('a compressed body is read', async () => {
		const zipped: WireAnswer = { headers: { 'content-encoding': 'gzip' }, body: gzipSync(whole) };
		const { page, requests } = await ask(inTurn(zipped), {}, reader);
		expect(page?.items).toHaveLength(2);
		expect(requests[0]?.headers['accept-encoding']).toBe('gzip');
	});
});

function shortBody(body: string): WireAnswer {
	return {
		respond: (response) => {
			response.writeHead(200, { 'content-length': body.length });
			response.write(body.slice(0, body.length / 2), () => response.destroy());
		},
	};
}

function brokenChunks(body: string): WireAnswer {
	return {
		respond: (response) => {
			response.writeHead(200);
			response.write(body);
			// A reset at once would take back what was sent.
			setTimeout(() => response.socket?.resetAndDestroy(), 30);
		},
	};
}

describe('faults that pass are survived', () => {
	test.each<[string, WireAnswer]>([
		['a throttle by EC2', ec2Error(503, 'RequestLimitExceeded')],
		['a throttle with status 400', ec2Error(400, 'Throttling')],
		['HTTP 429 without a code', html(429)],
		['HTTP 503 of a proxy', html(503)],
		['HTTP 502 that is well-formed XML', xml(502, '<html><body>bad gateway</body></html>')],
		['InternalError', ec2Error(500, 'InternalError')],
		['an unknown code with status 500', ec2Error(500, 'SomethingNew')],
		['a reset connection', { respond: (response) => response.socket?.resetAndDestroy() }],
		['a connection closed without an answer', { respond: (response) => response.socket?.end() }],
		['a peer that says nothing', silent],
		['a peer that stops within the body', stalled()],
		['an odd refusal of the credentials', ec2Error(401, 'AuthFailure')],
		['an expired session', ec2Error(400, 'RequestExpired')],
		['InvalidInstanceID.NotFound on a plain listing', ec2Error(400, 'InvalidInstanceID.NotFound')],
	])('%s', async (_name, bad) => {
		const { page, stats } = await ask(inTurn(bad, good));
		expect(page?.items).toHaveLength(2);
		expect(stats.calls).toStrictEqual({ 'ec2:DescribeInstances': 2 });
		expect(stats.retries).toBe(1);
	});

	function stalled(): WireAnswer {
		return {
			respond: (response) => {
				response.writeHead(200, { 'content-length': 5000 });
				response.write('<DescribeInstancesResponse>');
			},
		};
	}
});

describe('faults that stay end the call as what they are', () => {
	test.each<[string, WireAnswer, AwsFault['kind'], number]>([
		['throttles', ec2Error(503, 'RequestLimitExceeded'), 'throttled', 10],
		['server errors', html(502), 'server', 10],
		['silence', silent, 'timeout', 6],
		['refused credentials', ec2Error(401, 'AuthFailure'), 'credentials', 4],
		['a denial', ec2Error(403, 'UnauthorizedOperation'), 'not_allowed', 1],
		['a validation error', ec2Error(400, 'InvalidParameterValue'), 'validation', 1],
		['an unknown code', ec2Error(400, 'Mystery'), 'unknown', 3],
	])('%s', async (_name, bad, kind, attempts) => {
		const { fault, error, requests, stats } = await ask(inTurn(bad));
		expect(error).toBeInstanceOf(RollcallError);
		expect(fault?.kind).toBe(kind);
		expect(fault?.action).toBe('ec2:DescribeInstances');
		expect(requests).toHaveLength(attempts);
		expect(stats.retries).toBe(attempts - 1);
	});

	test('a validation error on a page token is a bad token at once', async () => {
		const answer = inTurn(ec2Error(400, 'InvalidParameterValue', 'Unable to parse pagination token'));
		const { fault, requests } = await ask(answer, { nextToken: 'old' });
		expect(fault?.kind).toBe('bad_token');
		expect(requests).toHaveLength(1);
	});

	test('nobody listening is a connection fault', async () => {
		const closed = await startFakeAws(() => good);
		await closed[Symbol.asyncDispose]();
		await using test = createTestAws(closed);
		const request = { session: test.session, region: 'us-east-1', input: {}, signal: never };
		const error = await test.aws.caller.call(describeInstances, request).catch((caught: unknown) => caught);
		expect(faultOf(error)).toMatchObject({ kind: 'connection', code: 'ECONNREFUSED' });
	});
});

describe('a cancelled call ends at once', () => {
	test.each<[string, WireAnswer]>([
		['while the peer is silent', silent],
		['while it waits for the next attempt', ec2Error(503, 'RequestLimitExceeded')],
	])('%s', async (_name, answer) => {
		await using fake = await startFakeAws(() => answer);
		await using test = createTestAws(fake);
		const stop = new AbortController();
		const request = { session: test.session, region: 'us-east-1', input: {}, signal: stop.signal };
		const asked = test.aws.caller.call(describeInstances, request).catch((caught: unknown) => caught);
		setTimeout(() => stop.abort(), 60);
		expect(faultOf(await asked)?.kind).toBe('cancelled');
	});
});

test('a call whose session hangs ends when it is cancelled', async () => {
	await using fake = await startFakeAws(() => good);
	await using test = createTestAws(fake);
	const stop = new AbortController();
	const session = { ...test.session, credentials: () => new Promise<SessionCredentials>(() => undefined) };
	const request = { session, region: 'us-east-1', input: {}, signal: stop.signal };
	const asked = test.aws.caller.call(describeInstances, request).catch((caught: unknown) => caught);
	stop.abort();
	expect(faultOf(await asked)?.kind).toBe('cancelled');
	expect(fake.requests).toHaveLength(0);
});

describe('what is asked for changes with the answers', () => {
	test('pages are halved on repeated server errors', async () => {
		const bad = ec2Error(500, 'InternalError');
		const { page, requests } = await ask(inTurn(bad, bad, bad, bad, good));
		expect(page?.items).toHaveLength(2);
		expect(requests.map((request) => request.fields['MaxResults'])).toStrictEqual([
			'1000',
			'1000',
			'500',
			'200',
			'200',
		]);
	});

	test('IncludeManagedResources is dropped where AWS does not know it, remembered and said', async () => {
		const unknown = ec2Error(400, 'UnknownParameter', 'The parameter IncludeManagedResources is not recognized');
		await using fake = await startFakeAws((request) => ('IncludeManagedResources' in request.fields ? unknown : good));
		await using test = createTestAws(fake);
		const request = { session: test.session, region: 'us-east-1', input: {}, signal: never };
		await test.aws.caller.call(describeInstances, request);
		await test.aws.caller.call(describeInstances, { ...request, input: { nextToken: 'two' } });
		expect(fake.requests).toHaveLength(3);
		expect(test.aws.caller.stats().notes).toStrictEqual([
			'ec2:DescribeInstances: AWS does not know IncludeManagedResources in us-east-1; left out.',
		]);
		// What one region does not know hides nothing in another: it is asked with it.
		await test.aws.caller.call(describeInstances, { ...request, region: 'eu-west-1' });
		expect(fake.requests[3]?.fields).toHaveProperty('IncludeManagedResources', 'true');
	});
});

describe('credentials that ended', () => {
	test('are renewed within the call, any number of times over many calls', async () => {
		let current = 1;
		const renewals: string[] = [];
		const keysOf = (number: number): SessionCredentials => ({ ...testKeys, accessKeyId: `ASIA${number}` });
		await using fake = await startFakeAws((request) => {
			if (request.accessKeyId === `ASIA${current}`) return good;
			return ec2Error(400, 'RequestExpired', 'Request has expired.');
		});
		await using test = createTestAws(fake);
		const session = {
			...test.session,
			credentials: async (options?: { readonly renew?: string }) => {
				if (options?.renew === undefined) return keysOf(current);
				renewals.push(options.renew);
				return keysOf(current);
			},
		};
		for (let round = 0; round < 12; round += 1) {
			const asked = test.aws.caller.call(describeInstances, { session, region: 'us-east-1', input: {}, signal: never });
			current += 1;
			expect((await asked).items).toHaveLength(2);
		}
		expect(renewals.length).toBeGreaterThan(0);
	});

	test('RequestExpired with renewed credentials is the clock', async () => {
		const { fault, requests } = await ask(inTurn(ec2Error(400, 'RequestExpired')));
		expect(fault?.kind).toBe('clock');
		expect(requests).toHaveLength(4);
	});

	test('a wrong clock is corrected by the answer of AWS', async () => {
		const ahead = new Date(Date.now() + 7 * 60_000);
		const late = ec2Error(400, 'RequestExpired', 'Request has expired.');
		const { page, requests } = await ask(
			inTurn({ ...late, headers: { ...late.headers, date: ahead.toUTCString() } }, good),
		);
		expect(page?.items).toHaveLength(2);
		const signedAt = String(requests[1]?.headers['x-amz-date']);
		expect(signedAt.slice(0, 13)).toBe(ahead.toISOString().replaceAll(/[-:]/g, '').slice(0, 13));
	});
});

describe('limits', () => {
	test('Retry-After is kept', async () => {
		const at: number[] = [];
		const answers = inTurn({ ...html(503), headers: { 'retry-after': '30' } }, good);
		await ask((request, number) => {
			at.push(performance.now());
			return answers(request, number);
		});
		// 30 s at a hundredfold speed.
		expect((at[1] ?? 0) - (at[0] ?? 0)).toBeGreaterThan(290);
	});

	test('no more large bodies are read at once than allowed, and waiting for that is no silence', async () => {
		const page = instancesXml(Array.from({ length: 3000 }, (_, index) => `i-${index}`));
		const slowBody: WireAnswer = {
			respond: (response) => {
				response.writeHead(200);
				response.write(page.slice(0, 200_000));
				setTimeout(() => response.end(page.slice(200_000)), 200);
			},
		};
		await using fake = await startFakeAws(() => slowBody);
		// A second for each request, five times what its body takes; eight bodies one after the other take 1,600 ms.
		await using test = createTestAws(fake, { limits: { bodies: 1, requestTimeoutMs: 100_000 } });
		const request = { session: test.session, region: 'us-east-1', input: {}, signal: never };
		const pages = await Promise.all(Array.from({ length: 8 }, () => test.aws.caller.call(describeInstances, request)));
		expect(pages.map((each) => each.items.length)).toStrictEqual(Array.from({ length: 8 }, () => 3000));
		expect(test.aws.caller.stats().retries).toBe(0);
	});

	test('calls of one account, region and action keep to half of what AWS refills', async () => {
		await using fake = await startFakeAws(() => good);
		await using test = createTestAws(fake);
		const request = { session: test.session, region: 'us-east-1', input: {}, signal: never };
		const startedMs = performance.now();
		await Promise.all(Array.from({ length: 100 }, () => test.aws.caller.call(describeInstances, request)));
		// 40 at once, 60 more at 10 a second: 6 s at a hundredfold speed.
		expect(performance.now() - startedMs).toBeGreaterThan(55);
	});
});

describe('every request', () => {
	test('is signed for its region with the session it is made for, all x-amz headers included', async () => {
		await using fake = await startFakeAws((request) => {
			if (request.action === 'DescribeRegions') return regionsAnswer('us-east-1', 'eu-west-1');
			if (request.action === 'DescribeNetworkInterfaces') return interfacesAnswer(['eni-1']);
			return request.action === 'DescribeAddresses' ? addressesAnswer('192.0.2.1') : good;
		});
		// At its real speed: on a busy machine the deadline must not add requests.
		await using test = createTestAws(fake, { version: '1.2.3' }, { clock: createClock() });
		const { caller } = test.aws;
		await Promise.all(
			Array.from({ length: 60 }, async (_, index) => {
				const accessKeyId = `ASIA${index}`;
				const region = index % 2 === 0 ? 'us-east-1' : 'eu-west-1';
				const session = {
					...test.session,
					accountId: `${index}`,
					credentials: async () => ({ ...testKeys, accessKeyId }),
				};
				const request = { session, region, input: {}, signal: never };
				expect(await caller.call(describeRegions, request)).toStrictEqual(['eu-west-1', 'us-east-1']);
				await caller.call(describeInstances, request);
				expect((await caller.call(describeNetworkInterfaces, request)).items[0]?.document).toStrictEqual({
					NetworkInterfaceId: 'eni-1',
				});
				expect((await caller.call(describeAddresses, request)).items[0]?.document).toStrictEqual({
					PublicIp: '192.0.2.1',
				});
			}),
		);
		expect(fake.requests).toHaveLength(240);
		for (const { accessKeyId, region, headers } of fake.requests) {
			const index = Number(accessKeyId.slice(4));
			expect(region).toBe(index % 2 === 0 ? 'us-east-1' : 'eu-west-1');
			const signed = /SignedHeaders=([^,]+)/.exec(headers.authorization ?? '')?.[1]?.split(';') ?? [];
			const amazon = Object.keys(headers).filter((name) => name.startsWith('x-amz-'));
			expect(amazon).toContain('x-amz-security-token');
			expect(amazon).toContain('x-amz-content-sha256');
			expect(signed).toEqual(expect.arrayContaining([...amazon, 'host']));
			expect(headers['user-agent']).toContain('rollcall/1.2.3');
		}
	});
});
