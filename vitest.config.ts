import { defineConfig } from 'vitest/config';

/** One project per package, so that `vitest run --project model` runs one; all share two worker processes. */
function project(name: string, include: string[], globalSetup: string[] = []) {
	return {
		test: {
			name,
			include,
			globalSetup,
			environment: 'node',
			pool: 'forks',
			testTimeout: 60_000,
			hookTimeout: 120_000,
			// A start of PostgreSQL or of a child process beside another test takes its time on 2 cores.
			slowTestThreshold: 5_000,
		},
	} as const;
}

export default defineConfig({
	test: {
		maxWorkers: 2,
		projects: [
			project('model', ['packages/model/src/**/*.test.ts']),
			project('aws-simulator', ['packages/aws-simulator/{src,test}/**/*.test.ts']),
			project('server', ['packages/server/{src,test}/**/*.test.ts'], ['packages/server/test/global-setup.ts']),
			project('house', ['{tools,bench,e2e}/**/*.test.ts']),
		],
	},
});
