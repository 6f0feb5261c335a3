// Runs any entry of the repository after the bootstrap: `node tools/run.mjs bench/main.ts decode --json`.
import { runEntry } from './bootstrap.mjs';

const [entry = '', ...args] = process.argv.slice(2);
await runEntry(entry, args);
