import { runEntry } from './bootstrap.mjs';

await runEntry('tools/check.ts', process.argv.slice(2));
