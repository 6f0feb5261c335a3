import type { AccessCheck } from '@rollcall/model/run/access-test.ts';

/** What the test learnt of each endpoint: one that lets nobody through is not waited for by a thousand accounts. */
export interface Endpoints {
	/** The check that stands for all, where an endpoint is known to be out of reach. */
	deadBy(action: string, region: string): AccessCheck | undefined;
	note(region: string, check: AccessCheck): void;
}

/** So many in a row, none of them answered, and nobody asks any more. */
const provenDead = 3;

export function createEndpoints(): Endpoints {
	const failures = new Map<string, AccessCheck[]>();
	const nameOf = (action: string, region: string): string => `${action.slice(0, action.indexOf(':'))} ${region}`;
	return {
		deadBy: (action, region) => {
			const failed = failures.get(nameOf(action, region)) ?? [];
			return failed.length >= provenDead ? failed[0] : undefined;
		},
		note: (region, check) => {
			const name = nameOf(check.action, region);
			if (check.verdict === 'unreachable') failures.set(name, [...(failures.get(name) ?? []), check]);
			// A stop tells nothing of the endpoint; anything AWS said proves that it is reached.
			else if (check.verdict !== 'not_tested') failures.delete(name);
		},
	};
}
