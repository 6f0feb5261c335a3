import { expect, test } from 'vitest';
import { faultOf } from '../fault.ts';
import { ec2Error, instancesAnswer } from '../testing/answers.ts';
import { createTestAws, patientSettings, startFakeAws, type WireAnswer } from '../testing/fake-aws.ts';
import { describeInstances, type InstancesInput } from './ec2.ts';

/** What went over the wire for one question, and what came of it. */
async function ask(answer: WireAnswer, input: InstancesInput) {
	await using fake = await startFakeAws(() => answer);
	await using test = createTestAws(fake, patientSettings);
	const { session } = test;
	const request = { session, region: 'us-east-1', input, signal: new AbortController().signal };
	const outcome = await test.aws.caller.call(describeInstances, request).then(
		(page) => ({ page }),
		(error: unknown) => ({ fault: faultOf(error) }),
	);
	const fields = fake.requests.map(({ fields: { Action: _action, Version: _version, ...rest } }) => rest);
	return { page: undefined, fault: undefined, ...outcome, fields };
}

test('instances by their ids are asked for without a page size, service-managed ones included', async () => {
	const { page, fields } = await ask(instancesAnswer(['i-0a', 'i-0b']), { instanceIds: ['i-0a', 'i-0b'] });
	expect(page?.items).toHaveLength(2);
	expect(fields).toStrictEqual([{ 'InstanceId.1': 'i-0a', 'InstanceId.2': 'i-0b', IncludeManagedResources: 'true' }]);
});

test('instances by a filter are paged, and their next page is asked for by the same filter', async () => {
	const filters = [{ name: 'launch-time', values: ['2026-11-24T*', '2026-11-25T*'] }];
	const { fields } = await ask(instancesAnswer([]), { filters, maxResults: 1000, nextToken: 'more' });
	expect(fields).toStrictEqual([
		{
			'Filter.1.Name': 'launch-time',
			'Filter.1.Value.1': '2026-11-24T*',
			'Filter.1.Value.2': '2026-11-25T*',
			IncludeManagedResources: 'true',
			MaxResults: '1000',
			NextToken: 'more',
		},
	]);
});

test('no ids are no question: an empty list would ask for every instance', async () => {
	const { page, fields } = await ask(instancesAnswer(['i-0a']), { instanceIds: [] });
	expect(page).toStrictEqual({ items: [], nextToken: null });
	expect(fields).toHaveLength(0);
});

test('an id that does not exist is an answer, not a fault to repeat', async () => {
	const gone = ec2Error(400, 'InvalidInstanceID.NotFound', "The instance ID 'i-0a' does not exist");
	const { fault, fields } = await ask(gone, { instanceIds: ['i-0a', 'i-0b'] });
	expect(fault).toMatchObject({ kind: 'not_found', missingIds: ['i-0a'] });
	expect(fields).toHaveLength(1);
});
