import type { ExecutionRow } from '#compose/ports.ts';

/** An execution for programs. */
export function presentExecution(execution: ExecutionRow): Record<string, unknown> {
	return {
		id: execution.id,
		source: execution.kind,
		configuration: execution.configuration,
		state: execution.state,
		result: execution.result,
		message: execution.message,
		created_at: execution.createdAt,
		started_at: execution.startedAt,
		finished_at: execution.finishedAt,
		counts: execution.counts,
	};
}
