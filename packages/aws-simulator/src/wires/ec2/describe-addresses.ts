import type { Answer } from '../../http/messages.ts';
import type { Simulator } from '../../simulator.ts';
import { type AddressFacts, listAddresses } from '../../world/free-resources.ts';
import { mix } from '../../world/hash.ts';
import type { Call } from '../wire.ts';
import { answerEc2, refuseDryRun } from './answer.ts';
import { lineAt, renderTags, renderUnknownField } from './fragments.ts';
import { scopeOfCall } from './scope-of-call.ts';
import { createShuffler, type Shuffler } from './shuffle.ts';

const ITEM = lineAt(2);
const FIELD = lineAt(3);

function renderAddress(
	address: AddressFacts,
	accountId: string,
	region: string,
	extra: string,
	shuffler: Shuffler,
): string {
	const bound =
		address.instanceId === undefined
			? ''
			: `${FIELD}<instanceId>${address.instanceId}</instanceId>${FIELD}<associationId>${address.associationId}</associationId>${FIELD}<networkInterfaceId>${address.interfaceId}</networkInterfaceId>${FIELD}<networkInterfaceOwnerId>${accountId}</networkInterfaceOwnerId>${FIELD}<privateIpAddress>${address.privateIp}</privateIpAddress>`;
	return `${ITEM}<item>${FIELD}<publicIp>${address.publicIp}</publicIp>${FIELD}<allocationId>${address.allocationId}</allocationId>${FIELD}<domain>vpc</domain>${bound}${address.tags.length === 0 ? '' : renderTags(address.tags, 3, shuffler)}${FIELD}<publicIpv4Pool>amazon</publicIpv4Pool>${FIELD}<networkBorderGroup>${region}</networkBorderGroup>${extra}${ITEM}</item>`;
}

/** All Elastic IPs of the account in the region, in one answer. */
export function describeAddresses(simulator: Simulator, call: Call): Answer {
	refuseDryRun(call);
	const scope = scopeOfCall(simulator, call);
	const shuffler = createShuffler(mix(call.serial, 0x454950));
	const extra = call.lie === 'unknown_fields' ? renderUnknownField(3) : '';
	const items = [...listAddresses(simulator.world, scope, simulator.world.time.at)].map((address) =>
		renderAddress(address, scope.account.accountId, call.region, extra, shuffler),
	);
	return answerEc2(call, items.length, [
		items.length === 0 ? '\n    <addressesSet/>' : `\n    <addressesSet>${items.join('')}\n    </addressesSet>`,
	]);
}
