import type { Command } from 'commander';
import { addExamples, type Bind } from '../command-binding.ts';
import type { CommandContext, GlobalOptions } from '../context.ts';
import { countOf } from '../text/amounts.ts';
import { encodeJson } from '../text/json.ts';

/** `rollcall migrate`. */
export function defineMigrate(program: Command, bind: Bind): void {
	const command = program
		.command('migrate')
		.summary("bring the database's schema up to this program's")
		.description(
			"Brings the database's schema up to this program's. Safe to repeat, and while another process does the same.\n" +
				'A schema that is newer than the program is left alone and reported.',
		)
		.action(bind<object>(migrate));
	addExamples(
		command,
		'rollcall migrate',
		'ROLLCALL_DATABASE_URL=postgresql://rollcall@db.internal/rollcall rollcall migrate',
	);
}

async function migrate(context: CommandContext, options: GlobalOptions): Promise<number> {
	const config = await context.loadConfig();
	const composition = await context.loadComposition();
	const report = await composition.runMigrations(config);
	const { out } = context.terminal;
	if (options.json) {
		await out.write(`${encodeJson(report)}\n`);
		return 0;
	}
	await out.write(`${out.style.dim('database')}  ${report.database}\n${out.style.dim('schema')}    ${report.schema}\n`);
	for (const name of report.applied) await out.write(`${out.style.good('applied')}   ${name}\n`);
	await out.write(
		report.applied.length === 0
			? 'The schema was up to date.\n'
			: `${countOf(report.applied.length, 'migration')} applied.\n`,
	);
	return 0;
}
