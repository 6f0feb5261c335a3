import type { OutcomeReport } from '@rollcall/model/run/outcome.ts';
import { noCounts, type ScopeReport } from './task.ts';

/** A report of a scope that was not read at all. */
export function bareReport(accountId: string, region: string, report: OutcomeReport, isStored: boolean): ScopeReport {
	return { ...report, accountId, region, enrichments: [], counts: noCounts, minimumCalls: 0, notes: [], isStored };
}
