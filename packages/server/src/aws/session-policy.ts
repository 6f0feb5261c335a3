import { RollcallError } from '@rollcall/model/errors/rollcall-error.ts';
import { keyNeedOf, viaService } from './keyed-services.ts';
import { dnsSuffix } from './partitions.ts';

/** AWS's limit for a session policy given as text. */
const maxCharacters = 2048;

interface Statement {
	readonly Effect: 'Allow' | 'Deny';
	readonly Action: readonly string[] | string;
	readonly Resource: '*';
	readonly Condition?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
}

/**
 * The session policy for exactly these IAM actions (`rules.md`, Credentials): the session can do nothing else, whatever
 * the role may. Order and repetition of the actions make no difference, so equal needs share one session.
 */
export function buildSessionPolicy(actions: readonly string[], partition: string): string {
	const sorted = [...new Set(actions)].sort();
	if (sorted.length === 0) return denyAllPolicy;
	const statements: Statement[] = [{ Effect: 'Allow', Action: sorted, Resource: '*' }];
	const keys = keyNeedOf(sorted);
	if (keys) {
		const through = keys.services.map((service) => viaService(service, dnsSuffix(partition)));
		statements.push({
			Effect: 'Allow',
			Action: keys.actions,
			Resource: '*',
			Condition: { StringLike: { 'kms:ViaService': through } },
		});
	}
	const policy = formatPolicy(statements);
	if (policy.length <= maxCharacters) return policy;
	throw new RollcallError({
		code: 'AWS:0103',
		actor: 'rollcall',
		retryable: false,
		message: `The session policy for ${sorted.length} actions has ${policy.length} characters; AWS takes ${maxCharacters}.`,
	});
}

function formatPolicy(statements: readonly Statement[]): string {
	return JSON.stringify({ Version: '2012-10-17', Statement: statements });
}

/** For no actions at all: whoever only asks whether a role can be assumed. */
const denyAllPolicy: string = formatPolicy([{ Effect: 'Deny', Action: '*', Resource: '*' }]);
