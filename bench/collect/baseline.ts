import { collectWithStockSdk } from '../../packages/server/src/aws/testing/stock-collection.ts';

/** Process of the baseline: prints the number of instances that it read. Told what to do as JSON in its argument. */
const options: Parameters<typeof collectWithStockSdk>[0] = JSON.parse(process.argv[2] ?? '{}');
process.stdout.write(`${await collectWithStockSdk(options)}\n`);
