import type { AccountNeeds, AccountRank } from './needs.ts';
import type { BucketPlace, RoleName } from './policy-values.ts';

/** What the permission policies are made of, checked. */
export interface AccessPlan {
	readonly partition: string;
	readonly needs: AccountNeeds;
	/** Null where no inventory sync is chosen. */
	readonly place: BucketPlace | null;
	/** ARNs of the customer's own keys. */
	readonly keys: readonly string[];
}

/** Who may take a role, and with what. */
export interface Trust {
	/** ARNs of our principals, each once. */
	readonly principals: readonly string[];
	readonly externalId: string;
}

/** What a document that makes the role is made of. */
export interface RolePlan extends AccessPlan {
	readonly role: RoleName;
	readonly trust: Readonly<Record<AccountRank, Trust>>;
}
