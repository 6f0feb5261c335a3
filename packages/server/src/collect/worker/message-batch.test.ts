import { expect, it } from 'vitest';
import { createMessageBatch } from './message-batch.ts';
import type { FromWorker } from './protocol.ts';

const page: FromWorker = { type: 'page', unitId: 1, region: 'eu-west-1', assets: 5 };
const begin: FromWorker = { type: 'lines-begin', scopes: [{ accountId: '111122223333', region: 'eu-west-1' }] };

it('messages that nobody waits for leave together', async () => {
	const sent: (readonly FromWorker[])[] = [];
	const send = createMessageBatch((messages) => sent.push(messages));
	send(page);
	send({ type: 'unit-done', unitId: 1 });
	expect(sent).toEqual([]);
	await new Promise((resolve) => setTimeout(resolve, 60));
	expect(sent).toEqual([[page, { type: 'unit-done', unitId: 1 }]]);
});

it('a message that must not wait leaves at once, behind all that came before it', () => {
	const sent: (readonly FromWorker[])[] = [];
	const send = createMessageBatch((messages) => sent.push(messages));
	send(page);
	send(begin);
	send({ type: 'finished' });
	expect(sent).toEqual([[page, begin], [{ type: 'finished' }]]);
});
