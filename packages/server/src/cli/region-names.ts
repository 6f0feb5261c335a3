import { suggest } from '@rollcall/model/text/nearest.ts';
import type { CollectAccess, Composition } from '#compose/ports.ts';
import type { CommandContext } from './context.ts';

/**
 * Says of each region that was asked for whether its name looks like a slip. A warning only: AWS has new regions before
 * Rollcall knows of them.
 */
export async function warnOfRegions(
	context: CommandContext,
	composition: Pick<Composition, 'listRegions'>,
	request: { readonly access: CollectAccess; readonly regions: readonly string[] | null },
): Promise<void> {
	const { access, regions } = request;
	const known = composition.listRegions(access.schema === 'assume_role' ? access.roleArn : null);
	const { err } = context.terminal;
	for (const region of regions ?? []) {
		if (known.includes(region)) continue;
		const text = `--regions: Rollcall knows of no region named ${region} there; ${suggest(region, known)}`;
		await err.write(`${err.style.warning('warning:')} ${text}\n`);
	}
}
