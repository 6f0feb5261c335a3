import { runEntry } from './bootstrap.mjs';

await runEntry('tools/demo/main.ts', process.argv.slice(2));
