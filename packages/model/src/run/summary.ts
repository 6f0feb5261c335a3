import { z } from 'zod';
import { executionResults } from './execution.ts';
import { type Outcome, outcomes, worstOutcome } from './outcome.ts';

const outcome = z.enum(outcomes);

export const enrichmentSummary = z.object({
	action: z.string().meta({ description: 'IAM action of the enrichment, as ec2:DescribeAddresses' }),
	outcome,
	cause: z.string().nullable(),
	failed_action: z
		.string()
		.nullable()
		.meta({ description: 'The IAM action that was refused or failed; an enrichment may use several' }),
});

export const regionSummary = z.object({
	region: z.string().meta({
		description: 'Region name, `global`, id of an identity store, or `*` where it failed before regions were known',
	}),
	outcome,
	cause: z.string().nullable(),
	action: z.string().nullable().meta({ description: 'The IAM action that was refused or failed' }),
	enrichments: z.array(enrichmentSummary),
	assets: z.int(),
});

export const accountSummary = z.object({
	account_id: z.string(),
	name: z.string().nullable(),
	state: z.string().nullable().meta({ description: "AWS's own account state, as ACTIVE" }),
	outcome,
	cause: z.string().nullable(),
	regions: z.array(regionSummary),
});

/** What an execution leaves behind: `--summary`, the API, the coverage table (`rules.md`). */
export const executionSummary = z.object({
	result: z.enum(executionResults),
	message: z.string().nullable(),
	warnings: z.array(z.string()),
	accounts: z.array(accountSummary),
	counts: z.object({
		assets: z.int(),
		added: z.int(),
		changed: z.int(),
		unchanged: z.int(),
		removed: z.int(),
		held: z.int(),
		insufficient: z.int(),
		accounts: z.int(),
		scopes: z.int().meta({ description: 'Scopes that should have been read (skipped ones are outside)' }),
		scopes_complete: z.int(),
	}),
	calls: z.record(z.string(), z.int()).meta({ description: 'API calls made by IAM action, retries included' }),
	calls_total: z.int(),
	calls_minimum: z.int(),
	seconds: z.number(),
});

export type EnrichmentSummary = z.infer<typeof enrichmentSummary>;
export type RegionSummary = z.infer<typeof regionSummary>;
export type AccountSummary = z.infer<typeof accountSummary>;
export type ExecutionSummary = z.infer<typeof executionSummary>;

/** An account shows the worst of its scopes. */
export function accountOutcome(regions: readonly Pick<RegionSummary, 'outcome'>[]): Outcome {
	return worstOutcome(regions.map((region) => region.outcome)) ?? 'skipped';
}
