import { isDeepStrictEqual } from 'node:util';
import { decodeDescribeInstances } from '../packages/server/src/aws/ec2-xml/decode.ts';
import { createStockDeserializer } from '../packages/server/src/aws/ec2-xml/testing/stock-deserializer.ts';
import { renderDecodePage } from './decode-page.ts';

/**
 * From the bytes of one DescribeInstances page to its items and their raw JSON text: our reader against the stock
 * SDK (its own deserialiser, then JSON.stringify of every instance). Both start from the same bytes in memory and
 * alternate in one process. CPU time of the whole process (collector included), median of the rounds.
 * `node bench/decode.ts --json` prints one line of JSON and nothing else.
 */
const instances = 1000;
const warmUpRounds = 3;
const rounds = 11;

const body = renderDecodePage(instances);
const stock = createStockDeserializer();

async function readStock(): Promise<string[]> {
	const { Reservations = [] } = await stock.readInstances(body);
	return Reservations.flatMap((reservation) => {
		const { ReservationId, OwnerId, RequesterId } = reservation;
		return (reservation.Instances ?? []).map((instance) =>
			JSON.stringify({ ...instance, ReservationId, OwnerId, RequesterId }),
		);
	});
}

function readOurs(): string[] {
	const page = decodeDescribeInstances(body);
	if (page === undefined) throw new Error('the reader refused the page');
	return page.items.map((item) => item.rawJson);
}

async function measureCpuMs(run: () => unknown): Promise<number> {
	const before = process.cpuUsage();
	await run();
	const { user, system } = process.cpuUsage(before);
	return (user + system) / 1000;
}

function takeMedian(values: readonly number[]): number {
	return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function roundTo(value: number, digits: number): number {
	return Number(value.toFixed(digits));
}

const expected = (await readStock()).map((text): unknown => JSON.parse(text));
const isSame = isDeepStrictEqual(
	readOurs().map((text): unknown => JSON.parse(text)),
	expected,
);
if (!isSame) throw new Error('the two paths disagree');

const stockMs: number[] = [];
const oursMs: number[] = [];
for (let round = 0; round < warmUpRounds + rounds; round += 1) {
	const stockCpuMs = await measureCpuMs(readStock);
	const oursCpuMs = await measureCpuMs(readOurs);
	if (round < warmUpRounds) continue;
	stockMs.push(stockCpuMs);
	oursMs.push(oursCpuMs);
}

const ours = takeMedian(oursMs);
const theirs = takeMedian(stockMs);
const result = {
	bench: 'decode',
	ratio: roundTo(theirs / ours, 2),
	ours_ms: roundTo(ours, 1),
	stock_ms: roundTo(theirs, 1),
	page_mb: roundTo(body.length / 1e6, 2),
	instances,
	rounds,
	node: process.version,
};
if (process.argv.includes('--json')) console.log(JSON.stringify(result));
else
	console.log(
		`decode: ${result.ratio}x less CPU (${result.ours_ms} ms against ${result.stock_ms} ms, ${result.page_mb} MB)`,
	);
