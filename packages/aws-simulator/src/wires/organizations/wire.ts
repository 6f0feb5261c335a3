import type { WireRequest } from '../../http/messages.ts';
import type { ParsedCall, Wire } from '../wire.ts';
import { organizationsErrors, renderOrganizationsError } from './errors.ts';
import { listAccounts } from './list-accounts.ts';

const TARGET = 'AWSOrganizationsV20161128.';

function parse(request: WireRequest): ParsedCall | undefined {
	const target = request.headers['x-amz-target'] ?? '';
	if (!target.startsWith(TARGET)) {
		return undefined;
	}
	const parameters = new Map<string, string>();
	const body = JSON.parse(request.body.toString('utf8') || '{}') as Record<string, unknown>; // Any JSON object; only scalars are read.
	for (const [name, value] of Object.entries(body)) {
		if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
			parameters.set(name, String(value));
		}
	}
	return { action: target.slice(TARGET.length), parameters };
}

export const organizationsWire: Wire = {
	service: 'organizations',
	fixedRegion: 'us-east-1',
	errors: organizationsErrors,
	renderError: renderOrganizationsError,
	parse,
	actions: {
		ListAccounts: { permission: 'organizations:ListAccounts', tokenParameter: 'NextToken', run: listAccounts },
	},
};
