import type { QueryReport } from '#compose/ports.ts';
import type { CommandContext, GlobalOptions } from '../../context.ts';
import { withInventory } from '../../inventory.ts';
import { encodeJson } from '../../text/json.ts';
import { presentReport, type ReportHead, renderReport } from '../../views/query-report.ts';
import { presentQuery } from './list-queries.ts';

export interface ShowOptions {
	readonly limit: number;
}

/** `rollcall queries show`. */
export async function showQuery(
	context: CommandContext,
	options: ShowOptions & GlobalOptions,
	name = '',
): Promise<number> {
	const { saved, report } = await withInventory(context, options, (inventory) =>
		inventory.reportQuery(name, options.limit),
	);
	const head = { title: saved.name, why: null, asks: `${saved.entity}s: ${saved.text}`, noun: saved.entity };
	return await print(context, options, head, presentQuery(saved), report);
}

/** `rollcall findings show`. */
export async function showFinding(
	context: CommandContext,
	options: ShowOptions & GlobalOptions,
	id = '',
): Promise<number> {
	const { finding, report } = await withInventory(context, options, (inventory) =>
		inventory.reportFinding(id, options.limit),
	);
	const { title, why, about } = finding;
	const head =
		about.kind === 'query'
			? { title, why, asks: `${about.entity}s: ${about.text}`, noun: about.entity }
			: { title, why, asks: null, noun: about.kind === 'addresses' ? 'Elastic IP' : 'account' };
	return await print(context, options, head, { ...finding }, report);
}

async function print(
	{ terminal }: CommandContext,
	{ json }: GlobalOptions,
	head: ReportHead,
	about: Record<string, unknown>,
	report: QueryReport,
): Promise<number> {
	const text = json
		? encodeJson({ ...about, ...presentReport(report) })
		: renderReport(head, report, terminal.out, terminal.now());
	await terminal.out.write(`${text}\n`);
	return 0;
}
