import type { CommandContext, GlobalOptions } from '../context.ts';
import { titleOfUser } from '../views/user-columns.ts';
import { showAsset } from './show-asset.ts';

/** `rollcall user ID`. */
export async function showUser(context: CommandContext, options: GlobalOptions, id = ''): Promise<number> {
	return await showAsset(context, options, {
		type: 'user',
		id,
		find: (inventory) => inventory.findUsers(id),
		titleOf: titleOfUser,
		nativeIdLabel: 'native id',
		fix: 'give a user name, an e-mail address, a user id, an ARN or the id of an asset; `rollcall users --name "*NAME*"` looks for one',
	});
}
