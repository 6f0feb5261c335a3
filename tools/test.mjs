import { runEntry } from './bootstrap.mjs';

await runEntry('tools/run-tests.ts', process.argv.slice(2));
