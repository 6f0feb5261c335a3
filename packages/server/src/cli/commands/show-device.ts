import type { CommandContext, GlobalOptions } from '../context.ts';
import { instanceIdOf } from '../views/device-columns.ts';
import { showAsset } from './show-asset.ts';

/** `rollcall device ID`. */
export async function showDevice(context: CommandContext, options: GlobalOptions, id = ''): Promise<number> {
	return await showAsset(context, options, {
		type: 'device',
		id,
		find: (inventory) => inventory.findDevices(id),
		titleOf: (device) => device.attributes.name ?? instanceIdOf(device),
		nativeIdLabel: 'arn',
		fix: 'give an instance id, an ARN or the id of an asset; `rollcall devices --name "*NAME*"` looks for one',
	});
}
