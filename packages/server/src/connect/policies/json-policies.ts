import { dnsSuffix } from '#aws/partitions.ts';
import type { AccessPlan, Trust } from './access-plan.ts';
import type { Grant } from './needs.ts';
import { type Statement, statementsOf, type Wording } from './statements.ts';

/** One name alone, or a list: IAM reads both. */
type Words = string | readonly string[];

/** The trust policy: our principals and nobody else, and they only with the external id. */
export function renderTrustPolicy({ principals, externalId }: Trust): string {
	return renderPolicy([
		{
			Sid: 'Rollcall',
			Effect: 'Allow',
			Principal: { AWS: oneOrAll(principals) },
			Action: 'sts:AssumeRole',
			Condition: { StringEquals: { 'sts:ExternalId': externalId } },
		},
	]);
}

/** The permission policy: a statement for each grant, and nothing in it that the grants do not ask for. */
export function renderPermissionPolicy(
	grants: readonly Grant[],
	plan: Pick<AccessPlan, 'partition' | 'place' | 'keys'>,
): string {
	const { partition, place, keys } = plan;
	const wording: Wording<Words> = {
		...(place === null
			? {}
			: { objectsIn: (folder: string) => `arn:${partition}:s3:::${place.bucket}/${place.prefix}*/${folder}/*` }),
		...(keys.length === 0 ? {} : { keys: oneOrAll(keys) }),
		viaService: (patternFor) => patternFor(dnsSuffix(partition)),
	};
	return renderPolicy(grants.flatMap((grant) => statementsOf(grant, wording)).map(toJsonStatement));
}

function toJsonStatement({ sid, actions, resource, viaServices }: Statement<Words>): object {
	return {
		Sid: sid,
		Effect: 'Allow',
		Action: actions,
		Resource: resource,
		...(viaServices === undefined ? {} : { Condition: { StringLike: { 'kms:ViaService': oneOrAll(viaServices) } } }),
	};
}

function oneOrAll<Value>(values: readonly Value[]): Value | readonly Value[] {
	const [only] = values;
	return values.length === 1 && only !== undefined ? only : values;
}

function renderPolicy(statements: readonly object[]): string {
	return `${JSON.stringify({ Version: '2012-10-17', Statement: statements }, null, 2)}\n`;
}
