import type { PolicyDocument } from '@rollcall/aws-simulator/options.ts';
import type { RunningSimulator } from '@rollcall/aws-simulator/start-simulator.ts';
import { buildPolicy } from '#connect/policies/build-policy.ts';
import type { AccessChoice, AccountRank } from '#connect/policies/needs.ts';
import type { PolicyFormat } from '#connect/policies/request.ts';
import type { ReadRole } from '#connect/policies/testing/read-role.ts';
import { readTemplate } from '#connect/policies/testing/read-template.ts';
import { findCollection, listCollections } from '#sources/registry.ts';

/** A role to the letter of what `rollcall policy` hands out. */
export interface GeneratedRole {
	readonly permissions: readonly PolicyDocument[];
	readonly trust: PolicyDocument;
}

/** Null where nothing runs in member accounts. */
export type GeneratedRoles = { readonly primary: GeneratedRole } & { readonly member: GeneratedRole | null };

/** The integrations that are collected: inventory syncs have a proof of their own. */
export const sourceKinds: readonly string[] = listCollections().map(({ kind }) => kind);

/** Organization Discovery is asked for wherever it makes sense. */
export function choose(integrations: readonly string[], extras: readonly string[] = []): AccessChoice {
	const organizationDiscovery = integrations.some((kind) => findCollection(kind).fansOut);
	return { integrations, extras, organizationDiscovery };
}

/**
 * The documents for the simulator's AWS Organization: of the account that is connected the two JSON policies, of the
 * members what the StackSet makes of its template.
 */
export async function generateRoles(simulator: RunningSimulator, choice: AccessChoice): Promise<GeneratedRoles> {
	const { partition } = simulator.world.settings;
	const write = async (format: PolicyFormat): Promise<string> => {
		const { arn } = simulator.principals.base;
		const request = {
			...choice,
			format,
			principals: [arn],
			externalId: simulator.externalId,
			roleName: simulator.roleName,
			s3Bucket: null,
			s3Prefix: null,
			kmsKeys: [],
		};
		const none = { collectionEc2: '', collectionUsers: '', syncS3: '' };
		const { text } = await buildPolicy(request, {
			own: { arns: {}, variables: none },
			entryRegion: 'us-east-1',
			ownExternalId: () => Promise.reject(new Error('it was given')),
		});
		return text;
	};
	const primary: GeneratedRole = {
		permissions: [JSON.parse(await write('permissions'))],
		trust: JSON.parse(await write('trust')),
	};
	if (!choice.organizationDiscovery) return { primary, member: null };
	return { primary, member: toGenerated(readTemplate(await write('stackset'), partition)) };
}

/** IAM would refuse what is no policy document, and so does the simulator. */
function toGenerated({ policies, trust }: ReadRole): GeneratedRole {
	return { permissions: policies as readonly PolicyDocument[], trust: trust as PolicyDocument };
}

/** Puts the roles where they belong. Where nothing is to run, the role of the simulator may do nothing. */
export function attachRoles(simulator: RunningSimulator, { primary, member }: GeneratedRoles): void {
	const { control, managementAccountId: accountId } = simulator;
	control.mutate({ setRolePolicy: { policy: member?.permissions ?? [] } });
	if (member) control.mutate({ setTrustPolicy: { policy: member.trust } });
	control.mutate({ setRolePolicy: { accountId, policy: primary.permissions } });
	control.mutate({ setTrustPolicy: { accountId, policy: primary.trust } });
}

/** IAM actions that a role's documents allow. */
export function actionsOf(roles: GeneratedRoles, rank: AccountRank): readonly string[] {
	const statements = (roles[rank]?.permissions ?? []).flatMap((policy) => [policy.Statement].flat());
	return [...new Set(statements.flatMap(({ Action }) => Action ?? []))].sort();
}

/** The same roles without one action. */
export function withoutAction(roles: GeneratedRoles, action: string): GeneratedRoles {
	const strip = (role: GeneratedRole): GeneratedRole => ({
		...role,
		permissions: role.permissions.map((policy) => ({
			...policy,
			Statement: [policy.Statement].flat().flatMap((statement) => {
				const Action = [statement.Action ?? []].flat().filter((each) => each !== action);
				return Action.length === 0 ? [] : [{ ...statement, Action }];
			}),
		})),
	});
	return { primary: strip(roles.primary), member: roles.member && strip(roles.member) };
}
