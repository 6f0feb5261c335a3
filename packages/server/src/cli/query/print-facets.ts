import type { AssetQuestion, Facet, FacetCounts, FacetOptions, Questions } from '#compose/ports.ts';
import { printCsvFields } from '../format.ts';
import type { Output, Terminal } from '../terminal.ts';
import { countOf, formatCount } from '../text/amounts.ts';
import { encodeJson } from '../text/json.ts';
import { renderTable, type TableCell } from '../text/table.ts';
import { toHarmless } from '../text/width.ts';
import { presentCoverage } from '../views/counts.ts';
import { describeCoverage } from '../views/standing.ts';
import { describeMoment, type Format, printNotices } from './print-count.ts';

/** `rollcall query --facets`. */
export async function printFacets(
	terminal: Terminal,
	inventory: Questions,
	question: AssetQuestion,
	options: FacetOptions,
	format: Format,
): Promise<void> {
	const counts = await inventory.countFacets(question, options);
	await printNotices(terminal, counts);
	const { out } = terminal;
	const rows = counts.facets.flatMap(({ field, values }) => values.map((each) => ({ field, ...each })));
	if (format === 'csv') {
		const cut = counts.facets.filter(({ values, distinct }) => countTold(values) < distinct).map(({ field }) => field);
		if (cut.length > 0) {
			const { err } = terminal;
			await err.write(
				`${err.style.warning('note:')} more values than shown: ${cut.join(', ')}; --limit all shows them all\n`,
			);
		}
		await printCsvFields(
			out,
			[
				['field', (row) => row.field],
				['value', (row) => row.value],
				['count', (row) => row.count],
				['is_estimate', () => counts.isEstimate],
			],
			rows,
		);
	} else if (format === 'json') {
		const { total, isEstimate, facets, coverage, notices } = counts;
		const about = { total, is_estimate: isEstimate, as_of: question.asOf?.toISOString() ?? null };
		await out.write(`${encodeJson({ ...about, facets, coverage: presentCoverage(coverage), notices })}\n`);
	} else if (counts.total === 0) {
		await out.write(`No ${question.type}s match, so there is nothing to count.\n`);
	} else {
		const about = `${mark(counts)}${describeCoverage(counts.total, question.type, counts.coverage, terminal.now())}`;
		const sections = counts.facets.map((facet) => renderFacet(facet, counts, out)).filter((text) => text !== '');
		await out.write(`${sections.join('\n\n')}\n\n${about}${describeMoment(question)}\n`);
		if (counts.isEstimate) await out.write('~ estimated; --exact gives the exact figures.\n');
	}
}

const barWidth = 24;

function renderFacet({ field, values, distinct }: Facet, counts: FacetCounts, out: Output): string {
	if (values.length === 0) return '';
	const { style } = out;
	const rows = values.map(({ value, count }): TableCell[] => [
		value === null ? { text: 'none, or unknown', style: style.dim } : { text: value === '' ? '""' : toHarmless(value) },
		{ text: `${mark(counts)}${formatCount(count)}` },
		{ text: '█'.repeat(Math.round((barWidth * count) / counts.total)), style: style.accent },
	]);
	const shown = countTold(values);
	const more = distinct > shown ? [style.dim(`  and ${countOf(distinct - shown, 'other value')}: --limit all`)] : [];
	const columns = [{ title: '', minWidth: 10 }, { title: '', align: 'right' }, { title: '' }] as const;
	const table = renderTable(columns, rows, { width: out.width(), indent: '  ' });
	// A table of facets needs no titles: the field stands above it.
	return [style.strong(field), ...table.split('\n').slice(1), ...more].join('\n');
}

function countTold(values: Facet['values']): number {
	return values.filter(({ value }) => value !== null).length;
}

/** What an estimate is marked by, everywhere. */
function mark({ isEstimate }: FacetCounts): string {
	return isEstimate ? '~' : '';
}
