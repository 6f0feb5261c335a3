import { assetTypes } from '@rollcall/model/asset/record-state.ts';
import { labelColors } from '@rollcall/model/label/label.ts';
import { type Command, Option } from 'commander';
import { addExamples, type Bind } from '../../command-binding.ts';
import { addCsvOption, type CsvOption } from '../../format.ts';
import type { AssignOptions } from './assign-label.ts';
import type { DeleteOptions, LabelOptions } from './change-label.ts';

/** `rollcall label list|create|edit|delete|add|remove`. */
export function defineLabel(program: Command, bind: Bind): void {
	const label = program
		.command('label')
		.summary('labels of our own on devices and users')
		.description(
			'Labels are words of yours on devices and users, with a value where wanted. They stay when assets are collected again,\n' +
				'merged or split. Queries ask for them: `labels.prod exists`, `labels.env = eu`. They have no history: as of any moment\n' +
				'an asset has the labels that it has today.',
		);
	addExamples(label, 'rollcall label create prod --colour red', `rollcall label add prod --query 'tags.env = prod'`);
	defineList(label, bind);
	defineChanges(label, bind);
	defineAssignment(label, bind);
}

function defineList(label: Command, bind: Bind): void {
	const list = label
		.command('list')
		.summary('list the labels, with how many live assets have each')
		.description('Lists the labels there are, with how many live devices and users have each.')
		.action(
			bind<CsvOption>(async (context, options) => {
				const { listLabels } = await import('./list-labels.ts');
				return listLabels(context, options);
			}),
		);
	addCsvOption(list);
	addExamples(list, 'rollcall label list');
}

function defineChanges(label: Command, bind: Bind): void {
	const colors = `a colour: #rrggbb, or one of ${labelColors.join(', ')}`;
	const create = label
		.command('create')
		.summary('make a label')
		.description('Makes a label. Names that differ in case only are one.')
		.argument('<name>', 'name, 64 characters at most')
		.option('--colour <colour>', colors)
		.option('--description <text>', 'what it means')
		.action(
			bind<LabelOptions>(async (...given) => {
				const { createLabel } = await import('./change-label.ts');
				return createLabel(...given);
			}),
		);
	addExamples(create, 'rollcall label create prod --colour red --description "earns money"');
	const edit = label
		.command('edit')
		.summary('change name, colour or description of a label')
		.description('Changes what is given. What has the label keeps it.')
		.argument('<name>', 'the label')
		.option('--name <name>', 'another name')
		.option('--colour <colour>', colors)
		.option('--description <text>', 'what it means; an empty text takes it away')
		.action(
			bind<LabelOptions>(async (...given) => {
				const { editLabel } = await import('./change-label.ts');
				return editLabel(...given);
			}),
		);
	addExamples(edit, 'rollcall label edit prod --name production');
	const remove = label
		.command('delete')
		.summary('delete a label')
		.description('Deletes a label, and takes it from everything that has it.')
		.argument('<name>', 'the label')
		.option('--yes', 'do not ask')
		.action(
			bind<DeleteOptions>(async (...given) => {
				const { deleteLabel } = await import('./change-label.ts');
				return deleteLabel(...given);
			}),
		);
	addExamples(remove, 'rollcall label delete prod --yes');
}

function defineAssignment(label: Command, bind: Bind): void {
	const add = defineChoice(label.command('add'))
		.summary('put a label on devices and users')
		.description(
			'Puts a label on devices and users: on those that are named, or on all that a query finds now. What has it already gets\n' +
				'the value given now.',
		)
		.option('--value <text>', 'value, 256 characters at most')
		.action(
			bind<AssignOptions>(async (...given) => {
				const { addLabel } = await import('./assign-label.ts');
				return addLabel(...given);
			}),
		);
	addExamples(
		add,
		'rollcall label add prod i-0123456789abcdef0 alice@example.com',
		`rollcall label add env --value eu --query 'region ~ "eu-*" and tags.env = prod' --yes`,
	);
	const remove = defineChoice(label.command('remove'))
		.summary('take a label from devices and users')
		.description('Takes a label from devices and users: from those that are named, or from all that a query finds now.')
		.action(
			bind<AssignOptions>(async (...given) => {
				const { removeLabel } = await import('./assign-label.ts');
				return removeLabel(...given);
			}),
		);
	addExamples(
		remove,
		'rollcall label remove prod i-0123456789abcdef0',
		`rollcall label remove env --query 'labels.env = eu'`,
	);
}

function defineChoice(command: Command): Command {
	return command
		.argument('<name>', 'the label')
		.argument('[id...]', 'devices and users, by what `rollcall device` and `rollcall user` take')
		.option('--query <text>', 'all that this query finds')
		.addOption(
			new Option('--entity <type>', 'what the query asks for (default: as its fields say)').choices(assetTypes),
		)
		.option('--yes', 'do not ask where there are more than 100');
}
