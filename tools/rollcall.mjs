import { runEntry } from './bootstrap.mjs';

await runEntry('packages/server/src/cli/main.ts', process.argv.slice(2));
