// The program of `killed-runs.ts`: one collection into a database, in a process that a test may kill at any moment.
import { openRig, type RigOptions, type RunChoices } from '#collect/testing/rig.ts';
import { startWorkerProcesses } from '#collect/worker/worker-process.ts';
import { findWorkerEntry } from '#platform/assets-root.ts';

const [, , optionsText = '{}'] = process.argv;
// Written by killed-runs.ts.
const { enrich = 'none', ...options } = JSON.parse(optionsText) as RigOptions & Pick<RunChoices, 'enrich'>;

const rig = await openRig({ ...options, startWorker: startWorkerProcesses(findWorkerEntry(), 256) });
const summary = await rig.collect({
	enrich,
	onStart: (pool) => process.stdout.write(`${JSON.stringify({ pids: pool.pids() })}\n`),
});
process.stdout.write(`${JSON.stringify({ result: summary.result })}\n`);
await rig.close();
