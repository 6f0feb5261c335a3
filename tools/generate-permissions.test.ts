import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { listIntegrations } from '../packages/server/src/connect/policies/integrations.ts';
import { permissionDocument, renderPermissions } from './generate-permissions.ts';

test('regenerating docs/permissions.md leaves it unchanged', () => {
	const root = join(import.meta.dirname, '..');
	expect(permissionDocument.build(root)).toBe(readFileSync(join(root, permissionDocument.path), 'utf8'));
});

test('every action that is declared stands in the page with where and why, and no other action does', () => {
	const integrations = listIntegrations();
	const table = renderPermissions(integrations).split('## Trust policy')[0] ?? '';
	const shown = [...table.matchAll(/^\| .+? \| `([a-z0-9-]+:\w+)` \| [a-z ,]+ \| \S.+ \|$/gmu)].map(
		([, action]) => action,
	);
	const declared = integrations.flatMap(({ permissions, extras }) => [
		...permissions,
		...extras.flatMap((extra) => extra.permissions),
	]);
	expect(shown.toSorted()).toEqual([...declared, 'organizations:ListAccounts'].toSorted());
});

test('an action without a reason is refused', () => {
	const [first] = listIntegrations();
	if (!first) throw new Error('there is no integration');
	expect(() => renderPermissions([{ ...first, permissions: ['ec2:TerminateInstances'] }])).toThrow(
		'does not say what ec2:TerminateInstances is for',
	);
});

test('the page says that iam:GetUser stays where its bulk read is on, and that the primary may be a delegate', () => {
	const page = renderPermissions(listIntegrations()).replaceAll('\n', ' ');
	expect(page).toMatch(
		/`iam:GetAccountAuthorizationDetails` \|[^|]*\|[^|]*iam:GetUser, which stays for when this one fails/u,
	);
	expect(page).toContain('delegated administrator');
});
