import { runEntry } from './bootstrap.mjs';

await runEntry('packages/server/src/cli/demo.ts', process.argv.slice(2));
