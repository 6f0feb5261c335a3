import { writeFile } from 'node:fs/promises';
import { describeError, RollcallError } from '@rollcall/model/errors/rollcall-error.ts';
import type { PolicyAnswer, PolicyFault } from '#compose/ports.ts';
import type { CommandContext, GlobalOptions } from '../../context.ts';
import { countOf } from '../../text/amounts.ts';
import { encodeJson } from '../../text/json.ts';
import { usageError } from '../../usage.ts';
import { buildPolicyRequest, type PolicyOptions } from './request.ts';

/** `rollcall policy`. */
export async function printPolicy(context: CommandContext, options: PolicyOptions & GlobalOptions): Promise<number> {
	const config = await context.loadConfig();
	const composition = await context.loadComposition();
	const request = buildPolicyRequest(options, composition.listIntegrations());
	const answer = await composition.buildPolicy(config, options.organization, request).catch(nameOption);
	const { out, err } = context.terminal;
	if (answer.madeOrganization) {
		const how = `this external id is its own, and \`--organization ${options.organization}\` names it from now on`;
		await err.write(`The organization ${options.organization} did not exist and was made: ${how}\n`);
	}
	const file = options.out === '-' ? undefined : options.out;
	if (file !== undefined) {
		await writeFile(file, answer.text).catch(refuseFile);
		await err.write(`${describeAnswer(answer)} is in ${file}\n`);
	}
	if (options.json) await out.write(`${encodeJson(presentAnswer(answer))}\n`);
	else if (file === undefined) await out.write(answer.text);
	return 0;
}

function refuseFile(error: unknown): never {
	throw usageError(
		`the file of --out cannot be written: ${describeError(error)}`,
		'give a file in a directory that exists and that you may write to, or - for stdout',
		error,
	);
}

/** What is wrong with the request, by the name of the option. */
function nameOption(error: unknown): never {
	const fault = policyFaultOf(error);
	if (fault === undefined) throw error;
	const option = `--${fault.field.replaceAll('_', '-')}`;
	throw usageError(`${option}: ${fault.problem}`, fault.fix ?? `see ${option} in \`rollcall policy --help\``, error);
}

function policyFaultOf(error: unknown): (PolicyFault & { readonly fix: string | undefined }) | undefined {
	if (!(error instanceof RollcallError) || error.code !== 'POLICY:0001') return undefined;
	// The one place that raises the code always puts a fault there.
	return { ...(error.details as PolicyFault), fix: error.fix };
}

/** `The template for member accounts (4 actions)`. */
function describeAnswer({ format, account, actions }: PolicyAnswer): string {
	const where = account === 'member' ? 'member accounts' : 'the account that is connected';
	return `${documentNames[format]} for ${where}${format === 'trust' ? '' : ` (${countOf(actions.length, 'action')})`}`;
}

const documentNames: Readonly<Record<PolicyAnswer['format'], string>> = {
	trust: 'The trust policy',
	permissions: 'The permission policy',
	cloudformation: 'The template',
	stackset: 'The StackSet template',
	terraform: 'The Terraform module',
};

function presentAnswer(answer: PolicyAnswer): Record<string, unknown> {
	return {
		format: answer.format,
		account: answer.account,
		actions: answer.actions,
		principals: answer.principals,
		external_id: answer.externalId,
		text: answer.text,
	};
}
