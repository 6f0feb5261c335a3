import { parseJsonCall } from '../json-protocol.ts';
import type { Wire } from '../wire.ts';
import { organizationsErrors, renderOrganizationsError } from './errors.ts';
import { listAccounts } from './list-accounts.ts';

const TARGET = 'AWSOrganizationsV20161128.';

export const organizationsWire: Wire = {
	service: 'organizations',
	fixedRegion: 'us-east-1',
	errors: organizationsErrors,
	renderError: renderOrganizationsError,
	parse: (request) => parseJsonCall(request, TARGET),
	actions: {
		ListAccounts: { permission: 'organizations:ListAccounts', tokenParameter: 'NextToken', run: listAccounts },
	},
};
