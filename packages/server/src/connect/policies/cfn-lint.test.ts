import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { buildPolicy } from './build-policy.ts';
import type { PolicyRequest } from './request.ts';
import { ask, groundOf } from './testing/ask.ts';
import { listTestIntegrations } from './testing/integrations.ts';

const hasLinter = spawnSync('cfn-lint', ['--version']).status === 0;

const table = listTestIntegrations();
const everything = ask({
	integrations: table.map((each) => each.kind),
	extras: table.flatMap((each) => each.extras.map((extra) => extra.name)),
	organizationDiscovery: true,
	roleName: '/security/audit/Rollcall',
	s3Bucket: 'acme-inventory',
	s3Prefix: 'aws',
	kmsKeys: [
		'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab',
		'arn:aws:kms:us-east-1:111122223333:key/mrk-1234abcd12ab34cd56ef1234567890ab',
	],
});
const requests: readonly PolicyRequest[] = [
	{ ...everything, format: 'cloudformation' },
	{ ...everything, format: 'stackset' },
	ask({ format: 'cloudformation' }),
	ask({ format: 'stackset' }),
	ask({ format: 'cloudformation', integrations: ['identity_center.users'] }),
	ask({ format: 'cloudformation', integrations: ['s3.users'], s3Bucket: 'acme-inventory' }),
];

test.runIf(hasLinter)('cfn-lint, where it is installed, finds nothing in any template', async () => {
	const directory = await mkdtemp(join(tmpdir(), 'rollcall-templates-'));
	try {
		const files = await Promise.all(
			requests.map(async (request, index) => {
				const file = join(directory, `${index}-${request.format}.yaml`);
				await writeFile(file, (await buildPolicy(request, groundOf())).text);
				return file;
			}),
		);
		// Notes of mere information are asked for too.
		const { status, stdout, stderr } = spawnSync('cfn-lint', ['--include-checks', 'I', '--template', ...files], {
			encoding: 'utf8',
		});
		expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
	} finally {
		await rm(directory, { recursive: true });
	}
});
