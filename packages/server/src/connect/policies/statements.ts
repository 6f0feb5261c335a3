import { keyNeedOf, viaService } from '#aws/keyed-services.ts';
import type { Grant } from './needs.ts';

/**
 * One statement of a permission policy. `Text` is how a format writes what is only known where the policy is applied:
 * plain text in JSON, a function in CloudFormation, an expression in Terraform.
 */
export interface Statement<Text> {
	readonly sid: string;
	readonly actions: readonly string[];
	readonly resource: Text | string;
	/** `kms:ViaService`: the key is of use through these services only. */
	readonly viaServices?: readonly Text[];
}

/** The words of one format. */
export interface Wording<Text> {
	/** ARN of the objects in a folder, of any organization, below the prefix of the bucket; absent where none is chosen. */
	readonly objectsIn?: (folder: string) => Text;
	/** ARNs of the keys; absent where none is given: then nothing of KMS is granted. */
	readonly keys?: Text;
	/** A pattern with the partition's DNS suffix in it. */
	viaService(patternFor: (dnsSuffix: string) => string): Text;
}

/** What one grant says: its actions, and the use of keys where its data lies under one. */
export function statementsOf<Text>(grant: Grant, wording: Wording<Text>): readonly Statement<Text>[] {
	const sid = sidOf(grant.name);
	const resource = grant.folder === null ? '*' : wording.objectsIn?.(grant.folder);
	if (resource === undefined) throw new TypeError(`${grant.name} needs a bucket`);
	const own: Statement<Text> = { sid, actions: grant.actions, resource };
	const keys = keyNeedOf(grant.actions);
	if (keys === undefined || wording.keys === undefined) return [own];
	const viaServices = keys.services.map((service) => wording.viaService((suffix) => viaService(service, suffix)));
	return [own, { sid: `${sid}Keys`, actions: keys.actions, resource: wording.keys, viaServices }];
}

/** `identity_center.users` → `IdentityCenterUsers`: a Sid takes letters and digits only. */
export function sidOf(name: string): string {
	return name
		.split(/[^A-Za-z0-9]+/)
		.map((word) => word.charAt(0).toUpperCase() + word.slice(1))
		.join('');
}
