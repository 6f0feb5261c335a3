import { describeError } from '@rollcall/model/errors/rollcall-error.ts';
import type { Command } from 'commander';
import type { DoctorCheck, DoctorFinding } from '#compose/ports.ts';
import { addExamples, type Bind } from '../command-binding.ts';
import type { CommandContext, GlobalOptions } from '../context.ts';
import { addCsvOption, type CsvField, type CsvOption, chooseFormat, printCsvFields } from '../format.ts';
import type { Output } from '../terminal.ts';
import { countOf } from '../text/amounts.ts';
import { encodeJson } from '../text/json.ts';
import { padEnd, toHarmless, wrap } from '../text/width.ts';

/** `rollcall doctor`. */
export function defineDoctor(program: Command, bind: Bind): void {
	const command = program
		.command('doctor')
		.summary('check what Rollcall stands on, and say how to mend it')
		.description(
			'Checks configuration, data directory, database, schema, roles, AWS identity, clock and endpoints.\n' +
				'Each check says what was found and, where something is wrong, how to mend it. Ends with 1 if any failed.',
		)
		.action(bind<CsvOption>(examine));
	addCsvOption(command);
	addExamples(command, 'rollcall doctor', `rollcall doctor --json | jq '.checks[] | select(.status != "ok")'`);
}

type NamedFinding = DoctorFinding & { readonly name: string };

const csvFields: readonly CsvField<NamedFinding>[] = [
	['name', (finding) => finding.name],
	['status', (finding) => finding.status],
	['detail', (finding) => finding.detail],
	['fix', (finding) => finding.fix],
];

async function examine(context: CommandContext, options: CsvOption & GlobalOptions): Promise<number> {
	const format = chooseFormat(options);
	const config = await context.loadConfig();
	const composition = await context.loadComposition();
	const { out } = context.terminal;
	const findings: NamedFinding[] = [];
	for (const check of composition.listDoctorChecks(config)) {
		const finding = { name: check.name, ...(await runCheck(check)) };
		findings.push(finding);
		if (format === 'table') await out.write(renderFinding(finding, out));
	}
	const failed = findings.filter((finding) => finding.status === 'fail').length;
	const warned = findings.filter((finding) => finding.status === 'warn').length;
	if (format === 'csv') {
		await printCsvFields(out, csvFields, findings);
	} else if (format === 'json') {
		await out.write(`${encodeJson({ ok: failed === 0, checks: findings })}\n`);
	} else if (failed + warned === 0) {
		await out.write(`\n${out.style.good('All is well.')}\n`);
	} else {
		await out.write(`\n${countOf(failed, 'check')} failed, ${countOf(warned, 'warning')}.\n`);
	}
	return failed === 0 ? 0 : 1;
}

/** A check that breaks is a finding too. */
async function runCheck(check: DoctorCheck): Promise<DoctorFinding> {
	try {
		return await check.run();
	} catch (error) {
		return { status: 'fail', detail: describeError(error), fix: 'see ROLLCALL_LOG_LEVEL=debug' };
	}
}

const nameWidth = 16;
const marks = { ok: '✓', warn: '!', fail: '✗' } as const;

function renderFinding(finding: NamedFinding, out: Output): string {
	const { style } = out;
	const paint = { ok: style.good, warn: style.warning, fail: style.bad }[finding.status];
	const width = Math.min(out.width(), 120) - nameWidth - 4;
	const lines = finding.detail.split('\n').flatMap((line) => wrap(toHarmless(line), width));
	const fix = finding.fix === undefined ? [] : finding.fix.split('\n').flatMap((line) => wrap(line, width - 2));
	const body = [...lines, ...fix.map((line, index) => `${style.accent(index === 0 ? '→' : ' ')} ${line}`)];
	return body
		.map((line, index) =>
			index === 0
				? `${paint(marks[finding.status])} ${padEnd(finding.name, nameWidth)}  ${line}\n`
				: `${' '.repeat(nameWidth + 4)}${line}\n`,
		)
		.join('');
}
