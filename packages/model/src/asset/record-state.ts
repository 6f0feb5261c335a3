/** States of a source record (`rules.md`, Record states). `unconfirmed` is derived at read, never stored. */
export const recordStates = ['active', 'unconfirmed', 'retired', 'duplicate', 'insufficient', 'stale'] as const;
export type RecordState = (typeof recordStates)[number];

export const retirementReasons = [
	'absent',
	'terminated',
	'account_closed',
	'account_left',
	'deselected',
	'deleted',
] as const;
export type RetirementReason = (typeof retirementReasons)[number];

export const assetTypes = ['device', 'user'] as const;
export type AssetType = (typeof assetTypes)[number];
