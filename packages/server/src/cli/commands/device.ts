import type { Command } from 'commander';
import { addExamples, type Bind } from '../command-binding.ts';

/** `rollcall device ID`. */
export function defineDevice(program: Command, bind: Bind): void {
	const command = program
		.command('device')
		.summary('show one device: attributes, sources, membership')
		.description(
			'Shows all that is known of one device: its attributes, the sources that report it, and its membership.',
		)
		.argument('<id>', 'instance id (i-…), ARN, or id of the asset')
		.action(
			bind<object>(async (...given) => {
				const { showDevice } = await import('./show-device.ts');
				return showDevice(...given);
			}),
		);
	addExamples(
		command,
		'rollcall device i-0a1b2c3d4e5f67890',
		'rollcall device i-0a1b2c3d4e5f67890 --json | jq .attributes',
	);
}
