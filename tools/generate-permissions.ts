import { keyNeedOf } from '../packages/server/src/aws/keyed-services.ts';
import { actionReasons } from '../packages/server/src/connect/policies/action-reasons.ts';
import { discovery, type Integration, listIntegrations } from '../packages/server/src/connect/policies/integrations.ts';
import { renderPermissionPolicy, renderTrustPolicy } from '../packages/server/src/connect/policies/json-policies.ts';
import { type Grant, needsOf } from '../packages/server/src/connect/policies/needs.ts';
import { formatText } from './format-text.ts';

/** `docs/permissions.md`, from what the integrations declare. */
export const permissionDocument = {
	path: 'docs/permissions.md',
	build: (root: string): string => formatText(root, 'docs/permissions.md', renderPermissions(listIntegrations())),
};

/** Words that stand for the reader's own values. */
const example = { partition: 'aws', place: { bucket: 'BUCKET', prefix: 'PREFIX/' } } as const;
const exampleKey = 'arn:aws:kms:REGION:111122223333:key/KEY-ID';
const exampleTrust = { principals: ['arn:aws:iam::111122223333:role/Rollcall'], externalId: 'EXTERNAL-ID' };

/** The page. Throws for an action that `action-reasons.ts` does not know. */
export function renderPermissions(integrations: readonly Integration[]): string {
	return `# Permissions

Generated from what the integrations declare by \`npm run generate\`. The same declarations make the session policy of
every \`AssumeRole\`, and what \`rollcall policy\` prints.

| For | Action | Where | Why |
|---|---|---|---|
${integrations.map(renderRows).join('')}${renderRow('Organization Discovery', discovery.permissions[0], 'primary account')}
**Primary account**: the one that is connected. With Organization Discovery it is the account that owns the AWS
Organization (the management account), or one that it made a delegated administrator: that may list the accounts too,
and the management account is then read like a member, where it has the role. **Every account**: the primary one and,
with Organization Discovery, each active member, through a role of the same name and path. An extra is off unless it is asked for; what it would bring reads _not permitted_ without it,
never empty. \`sts:GetCallerIdentity\`, which needs no permission, tells account and partition of an access key.

## Trust policy

It names the role that Rollcall runs as, never a whole account, and asks for the external id of the organization. There
may be a role of ours for each purpose (devices of EC2; users of IAM and Identity Center; writing to S3): a role that is
for several purposes trusts each of theirs.

${renderJson(renderTrustPolicy(exampleTrust))}
## Permission policies

A role that is for several integrations has the statements of each. \`rollcall policy\` prints the policy of any choice
of them (\`--format permissions\`), or what makes the role with it: \`cloudformation\` in the primary account, \`stackset\` in
the members, \`terraform\` in either. The policy of a member is that of the integrations marked _every account_.

${integrations.map((each) => renderSection(each, integrations)).join('')}### Organization Discovery

${renderGrants([{ name: discovery.name, actions: discovery.permissions, folder: null }])}
## Data under a key of your own

With \`--kms-key\` the policies of integrations whose data may lie under a KMS key also allow the use of that key, through
that service and no other way. The policy of the key must allow the role too.

${integrations
	.filter(({ permissions }) => keyNeedOf(permissions) !== undefined)
	.map((each) => renderKeys(each, integrations))
	.join('')}`;
}

function renderRows({ kind, permissions, extras, fansOut, folder }: Integration): string {
	const account = fansOut ? 'every account' : 'primary account';
	const where = folder === null ? account : `${account}, in its folder below the prefix`;
	return [
		...permissions.map((action) => renderRow(`\`${kind}\``, action, where)),
		...extras.flatMap((extra) =>
			extra.permissions.map((action) => renderRow(`\`${kind}\`, extra \`${extra.name}\``, action, where)),
		),
	].join('');
}

function renderRow(subject: string, action: string, where: string): string {
	const reason = actionReasons[action];
	if (reason === undefined) throw new Error(`connect/policies/action-reasons.ts does not say what ${action} is for`);
	return `| ${subject} | \`${action}\` | ${where} | ${reason} |\n`;
}

function renderSection({ kind, extras }: Integration, table: readonly Integration[]): string {
	const policyWith = (names: readonly string[]): string =>
		renderGrants(needsOf({ integrations: [kind], extras: names, organizationDiscovery: false }, table).primary);
	const plain = `### \`${kind}\`\n\n${policyWith([])}\n`;
	const more = extras.map(({ name, meaning }) => `With the extra \`${name}\` (${meaning}):\n\n${policyWith([name])}\n`);
	return [plain, ...more].join('');
}

function renderKeys({ kind }: Integration, table: readonly Integration[]): string {
	const { primary } = needsOf({ integrations: [kind], extras: [], organizationDiscovery: false }, table);
	return `### \`${kind}\` with a key\n\n${renderGrants(primary, [exampleKey])}\n`;
}

function renderGrants(grants: readonly Grant[], keys: readonly string[] = []): string {
	return renderJson(renderPermissionPolicy(grants, { ...example, keys }));
}

function renderJson(text: string): string {
	return `\`\`\`json\n${text}\`\`\`\n`;
}
