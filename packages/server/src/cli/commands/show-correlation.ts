import type { CorrelationProgress, Inventory } from '#compose/ports.ts';
import { confirmAsked } from '../confirm.ts';
import type { CommandContext, GlobalOptions } from '../context.ts';
import { withInventory } from '../inventory.ts';
import type { Output } from '../terminal.ts';
import { countOf, formatCount } from '../text/amounts.ts';
import { encodeJson } from '../text/json.ts';

export interface CorrelationOptions {
	readonly tagEmails?: 'on' | 'off';
	readonly yes?: boolean;
}

const questions = {
	on: 'Let e-mail addresses in tags make users one? Whoever may tag a user may then make it pass for another.',
	off: 'No longer let e-mail addresses in tags make users one? Users that are one by such an address alone will part.',
};
const clearLine = '\r\u001b[2K';

/** `rollcall correlation`. */
export async function showCorrelation(
	context: CommandContext,
	options: CorrelationOptions & GlobalOptions,
): Promise<number> {
	const { tagEmails } = options;
	return withInventory(context, options, async (inventory) =>
		tagEmails === undefined
			? await printSetting(context, options, inventory)
			: await changeSetting(context, options, inventory, tagEmails),
	);
}

async function printSetting(
	{ terminal: { out } }: CommandContext,
	{ json }: GlobalOptions,
	inventory: Inventory,
): Promise<number> {
	const { tagEmail } = await inventory.readCorrelation();
	const text =
		'Users of several sources are one by an e-mail address that they share:\n' +
		'  addresses that Identity Center tells  count\n' +
		'  names of IAM users that are one       count\n' +
		`  addresses in tags of IAM users        ${tagEmail ? 'count' : 'do not count'} (--tag-emails on|off)\n` +
		'An address that users of one account or identity store share, or more than 3 of one kind, makes nobody one:\n' +
		'`rollcall user ID` says so.\n';
	await out.write(json ? `${encodeJson({ tag_emails: tagEmail })}\n` : text);
	return 0;
}

async function changeSetting(
	{ terminal }: CommandContext,
	{ yes, json }: CorrelationOptions & GlobalOptions,
	inventory: Inventory,
	tagEmails: 'on' | 'off',
): Promise<number> {
	const wanted = { tagEmail: tagEmails === 'on' };
	const isChange = (await inventory.readCorrelation()).tagEmail !== wanted.tagEmail;
	const question = `${questions[tagEmails]}\nAll users are then correlated anew.`;
	if (isChange && !yes && !(await confirmAsked(terminal, question, 'by what users are one is decided by a person'))) {
		await terminal.err.write('Nothing was changed.\n');
		return 1;
	}
	const progress = openProgress(terminal.err);
	const { merged, split } = await inventory.changeCorrelation(wanted, progress.show).finally(progress.close);
	const text =
		`Addresses in tags of IAM users ${tagEmails === 'on' ? '' : 'do not '}count${isChange ? ' from now on' : ', as before'}: ` +
		`${countOf(merged, 'user')} became one with another, ${formatCount(split)} parted.\n`;
	await terminal.out.write(json ? `${encodeJson({ tag_emails: wanted.tagEmail, merged, split })}\n` : text);
	return 0;
}

/** A line that is redrawn in place; without a terminal, one for each step. */
function openProgress(err: Output) {
	return {
		show: ({ done, total }: CorrelationProgress): void => {
			if (total === 0) return;
			const text = `Correlating users: ${formatCount(done)} of ${formatCount(total)} records`;
			void err.write(err.isTerminal ? `${clearLine}${text}` : `${text}\n`);
		},
		close: async (): Promise<void> => {
			if (err.isTerminal) await err.write(clearLine);
		},
	};
}
