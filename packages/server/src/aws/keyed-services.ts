/** Services whose data may lie under the customer's own key, with the KMS actions that reading or writing takes. */
const behindKeys: Readonly<Record<string, readonly string[]>> = {
	identitystore: ['kms:Decrypt'],
	s3: ['kms:Decrypt', 'kms:GenerateDataKey'],
};

/** What IAM actions need of KMS where the customer's own key lies over the data. */
export interface KeyNeed {
	/** The services that KMS is used through, as `kms:ViaService` names them. */
	readonly services: readonly string[];
	readonly actions: readonly string[];
}

/** Undefined where none of the actions touches data that may lie under a key. */
export function keyNeedOf(actions: readonly string[]): KeyNeed | undefined {
	const services = [...new Set(actions.map((action) => action.slice(0, action.indexOf(':'))))]
		.filter((service) => behindKeys[service] !== undefined)
		.sort();
	if (services.length === 0) return undefined;
	return { services, actions: [...new Set(services.flatMap((service) => behindKeys[service] ?? []))] };
}

/** The pattern for `kms:ViaService`: the service in any region of the partition with that DNS suffix. */
export function viaService(service: string, dnsSuffix: string): string {
	return `${service}.*.${dnsSuffix}`;
}
