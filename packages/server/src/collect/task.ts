import type { OutcomeCause, OutcomeReport } from '@rollcall/model/run/outcome.ts';

/** Which enrichments of a scope a run makes: those that are due, all, or none. */
export type EnrichChoice = 'due' | 'all' | 'none';

/** One unit of work: an AWS account with all its regions (`architecture.md`, Processes). */
export interface UnitTask {
	readonly unitId: number;
	readonly partition: string;
	readonly accountId: string;
	/** Facts of the account for `--out` lines; the store joins them from the account's own history. */
	readonly accountName: string | null;
	readonly ouPath: string | null;
	/** Whether an account list of an AWS Organization named it. */
	readonly isListed: boolean;
	/** Regions asked for; null: every enabled one. */
	readonly regions: readonly string[] | null;
	/** Regions that already have an outcome from an earlier try of this unit. */
	readonly done: readonly string[];
	readonly enrich: EnrichChoice;
}

/** How one scope ended, with what it took. */
export interface ScopeReport extends OutcomeReport {
	readonly accountId: string;
	/** Region name, `global`, or `*` for a failure before regions were known. */
	readonly region: string;
	readonly enrichments: readonly EnrichmentReport[];
	readonly counts: ScopeCounts;
	/** Successful calls of the try that counts: the fewest this scope could have made. */
	readonly minimumCalls: number;
	readonly notes: readonly string[];
	/** Whether the outcome is written where it outlives the run; else the coordinator writes it. */
	readonly isStored: boolean;
}

export interface EnrichmentReport extends OutcomeReport {
	readonly action: string;
	/** When AWS made what was read, where that is earlier than the reading. */
	readonly asOf?: Date | undefined;
}

export interface ScopeCounts {
	readonly assets: number;
	readonly added: number;
	readonly changed: number;
	readonly unchanged: number;
	readonly insufficient: number;
}

export const noCounts: ScopeCounts = { assets: 0, added: 0, changed: 0, unchanged: 0, insufficient: 0 };

/** What ends a scope whose run lost its place, in our own codes. */
export const ownCauses = {
	cancelled: { code: 'Cancelled', message: 'The run was stopped before this scope was read.' },
	leaseLost: {
		code: 'LeaseLost',
		message: 'Another run took over this scope; what this one read late was not written.',
	},
	busy: {
		code: 'AlreadyRunning',
		message:
			'Another run is reading this scope, or did until it was killed less than a minute ago. Collect again later.',
	},
	workerDied: { code: 'WorkerDied', message: 'The worker process that read this scope died, and died again on retry.' },
	noProgress: { code: 'NoProgress', message: 'Nothing arrived for minutes; it was given up.' },
	notListed: {
		code: 'NotListed',
		message:
			'The AWS Organization does not list the account any more. It counts as left when the next list lacks it too.',
	},
	otherOrganization: {
		code: 'AnotherOrganization',
		message: 'The role now answers for another AWS Organization, so nothing was asked of this account.',
	},
	regionsNotTold: {
		code: 'RegionsNotTold',
		message:
			'A policy of the AWS Organization denies ec2:DescribeRegions, so the regions that are on by default were read, and those that were read before. Other opt-in regions that the account may have enabled are not covered.',
	},
	regionNotEnabled: { code: 'RegionNotEnabled', message: 'The region is not enabled for this account.' },
} as const satisfies Record<string, OutcomeCause>;
