import { expect, test } from 'vitest';
import type { CommandContext } from '../../packages/server/src/cli/context.ts';
import { buildProgram } from '../../packages/server/src/cli/program.ts';
import { createProcessTerminal } from '../../packages/server/src/cli/terminal.ts';
import { createCompleter } from './completion.ts';

function refuse(): never {
	throw new Error('completion runs nothing');
}

const context: CommandContext = {
	terminal: createProcessTerminal(false),
	loadConfig: refuse,
	loadComposition: refuse,
	onStopSignal: refuse,
	exitNow: refuse,
};
const complete = createCompleter({
	program: buildProgram(context).command,
	own: ['advance'],
	firstArguments: { collect: ['ec2.devices', 'iam.users'] },
});

test.each([
	['us', ['users ', 'user ']],
	['adv', ['advance ']],
	['help pol', ['policy ']],
	['collect ', ['ec2.devices ', 'iam.users ']],
	['collect i', ['iam.users ']],
	['users --pass', ['--password-unused ']],
	['users --json --c', ['--columns ', '--cursor ', '--csv ']],
	['users --record un', ['unconfirmed ']],
	['policy --integrations iam.users --format cl', ['cloudformation ']],
	['removals con', ['confirm ']],
	['removals confirm --ex', ['--execution ']],
	['nothing --', []],
])('%s', (line, offered) => {
	const [found, last] = complete(line);
	expect(found.toSorted()).toEqual(offered.toSorted());
	expect(line.endsWith(last)).toBe(true);
});
