/** What a code says to people, for the table of `docs/errors.md`. Who must act stands where the error is raised. */
export interface ErrorMeaning {
	readonly meaning: string;
	/** What whoever reads the code can do. */
	readonly remedy: string;
}

/** Every code of RollcallError. `generate-errors.ts` refuses a code that is missing here, and one that nothing raises. */
export const errorMeanings: Readonly<Record<string, ErrorMeaning>> = {
	'AWS:0001': {
		meaning: 'AWS throttled a call for longer than its retries last.',
		remedy: 'Nothing: the next run reads it. Where it repeats, other tools use up the same limit of that account.',
	},
	'AWS:0002': {
		meaning: 'The role, or the user of an access key, may not make a call.',
		remedy:
			'Do what the message says. It names the action, and whether a policy lacks it, denies it, or a permissions boundary does.',
	},
	'AWS:0003': {
		meaning: 'A service control policy (or another policy of the AWS Organization) denies a call.',
		remedy: 'Except the role from the policy the message names, or leave the region or account out.',
	},
	'AWS:0004': {
		meaning: 'The session policy that Rollcall sends with AssumeRole allows less than it calls.',
		remedy: 'Report it.',
	},
	'AWS:0005': {
		meaning: 'AWS refuses the credentials in a region that the account should have enabled.',
		remedy: 'Enable the region in that account, or leave it out.',
	},
	'AWS:0006': {
		meaning: 'AWS does not know the access key, or the signature was made with another secret.',
		remedy: 'Check the key and the secret that were configured.',
	},
	'AWS:0007': {
		meaning: 'The session is over and a new one was refused as expired too.',
		remedy: 'Renew the credentials Rollcall was started with, and run it again.',
	},
	'AWS:0008': {
		meaning: 'The clock of this machine is too far from that of AWS.',
		remedy: 'Set the clock (NTP).',
	},
	'AWS:0009': {
		meaning: 'The role cannot be assumed. AWS answers the same for all three causes.',
		remedy: 'Check that the role exists, that it trusts the principal of Rollcall, and that the external id is right.',
	},
	'AWS:0010': {
		meaning: 'AWS refused a page token, or gave one out a second time, also after a new start.',
		remedy: 'Nothing: the next run reads it.',
	},
	'AWS:0011': {
		meaning: 'AWS had a fault of its own for longer than the retries last.',
		remedy: 'Nothing: the next run reads it.',
	},
	'AWS:0012': {
		meaning: 'The endpoint of AWS cannot be reached: its name, its connection or its certificate.',
		remedy: 'Check network, proxy and AWS_ENDPOINT_URL.',
	},
	'AWS:0013': {
		meaning: 'AWS did not answer in time.',
		remedy: 'Nothing: the next run reads it.',
	},
	'AWS:0014': {
		meaning: 'An answer of AWS ended before its end, or could not be read.',
		remedy: 'Nothing: the next run reads it.',
	},
	'AWS:0015': {
		meaning: 'The account belongs to no AWS Organization.',
		remedy: 'Switch Organization Discovery off, or give the role of the account that owns the AWS Organization.',
	},
	'AWS:0016': {
		meaning: 'What was asked for is gone.',
		remedy: 'Nothing: the next run sees that it is gone.',
	},
	'AWS:0017': {
		meaning: 'AWS finds a parameter wrong that Rollcall sent.',
		remedy: 'Report it.',
	},
	'AWS:0018': {
		meaning: 'A call was broken off because the run was stopped.',
		remedy: 'Nothing.',
	},
	'AWS:0019': {
		meaning: 'An answer that Rollcall does not know; its code stands in the message.',
		remedy: 'Report it.',
	},
	'AWS:0020': {
		meaning: 'AWS knows no identity store of this id in this region.',
		remedy: 'Check the identity store id and the region of Identity Center.',
	},
	'AWS:0021': {
		meaning: 'The KMS key that the identity store lies under is disabled, gone, or not fit for it.',
		remedy: 'See to the key that the message names.',
	},
	'AWS:0022': {
		meaning: 'AWS was still making what was asked for (a credential report) after some minutes.',
		remedy: 'Nothing: the next run reads it.',
	},
	'AWS:0023': {
		meaning: "Rollcall's own principal role cannot be taken. It says nothing of the role in the customer's account.",
		remedy:
			'Check that the role of ROLLCALL_PRINCIPAL_ROLE_ARN_… exists and trusts the identity that Rollcall runs as, which may call sts:AssumeRole on it.',
	},
	'AWS:0101': {
		meaning: 'The text is not the ARN of an IAM role.',
		remedy: 'Give it as arn:aws:iam::123456789012:role/Name.',
	},
	'AWS:0102': {
		meaning: 'The text cannot be an external id.',
		remedy: 'Give 2 to 1,224 letters, digits and any of _ + = , . @ : / -',
	},
	'AWS:0103': {
		meaning: 'A session policy grew longer than AWS takes.',
		remedy: 'Report it.',
	},
	'AWS:0104': {
		meaning: 'The text cannot be the name of a session.',
		remedy: 'Give 2 to 64 letters, digits and any of _ + = , . @ -',
	},
	'CLI:0002': {
		meaning: 'A role was given without an external id.',
		remedy: 'Add --external-id with the value its trust policy asks for.',
	},
	'COLLECT:0001': {
		meaning: 'Another run took over a scope; what this one read late was not written.',
		remedy: 'Nothing: the other run writes it.',
	},
	'COLLECT:0002': {
		meaning: 'A worker process failed in a way Rollcall did not foresee.',
		remedy: 'Report it, with the log of level debug.',
	},
	'COLLECT:0003': {
		meaning: 'An access key was asked to read an account that is not its own.',
		remedy: 'Report it.',
	},
	'COLLECT:0004': {
		meaning: 'AWS listed accounts without a usable id: the list is not whole, so nobody is taken for absent by it.',
		remedy: 'Report it.',
	},
	'COLLECT:0005': {
		meaning: 'Accounts were to be chosen by organizational units, and AWS does not tell in which one an account is.',
		remedy: 'Choose accounts by id.',
	},
	'COLLECT:0006': {
		meaning:
			'The known ids of a big scope could not be settled one by one, so it is listed from page one in the same run.',
		remedy: 'Nothing to do.',
	},
	'CONFIG:0001': {
		meaning: 'One or more environment variables are wrong; the message names all of them.',
		remedy: 'Correct or unset them.',
	},
	'CONNECT:0001': {
		meaning: 'A permission is declared that the permission test has no question for.',
		remedy: 'Report it.',
	},
	'DATABASE:0101': {
		meaning: 'The data directory cannot be used: no permission, or files of something else are in it.',
		remedy: 'Run as its owner, move the files away, or set ROLLCALL_DATA_DIR to another directory.',
	},
	'DATABASE:0102': {
		meaning: 'No embedded PostgreSQL is installed for this platform.',
		remedy: 'Install with optional dependencies, or set ROLLCALL_DATABASE_URL.',
	},
	'DATABASE:0103': {
		meaning: 'The embedded PostgreSQL cannot be run here, most often because Rollcall runs as root.',
		remedy: 'Run as a normal user, or set ROLLCALL_DATABASE_URL.',
	},
	'DATABASE:0104': {
		meaning: 'The embedded PostgreSQL could not create its data files.',
		remedy: 'Follow the advice below the message; the log it names says more.',
	},
	'DATABASE:0105': {
		meaning: 'The embedded PostgreSQL did not start.',
		remedy: 'Follow the advice below the message; the log it names says more.',
	},
	'DATABASE:0106': {
		meaning: 'Another Rollcall owns the embedded database, and its server does not answer.',
		remedy: 'Stop the other one, or run this one on the same machine and in the same container.',
	},
	'DATABASE:0107': {
		meaning: 'A PostgreSQL left behind by a Rollcall that died does not stop.',
		remedy: 'End the process that the message names.',
	},
	'DATABASE:0108': {
		meaning: 'The data was made by another version of PostgreSQL.',
		remedy: 'Back up with the Rollcall that made it, and restore with this one into a new data directory.',
	},
	'DATABASE:0109': {
		meaning: 'The embedded PostgreSQL was to be started from a worker thread.',
		remedy: 'Report it.',
	},
	'DATABASE:0110': {
		meaning: 'The disk of the data directory is full.',
		remedy: 'Free space, or set ROLLCALL_DATA_DIR to another disk.',
	},
	'DATABASE:0111': {
		meaning: 'The embedded PostgreSQL was used after it had been closed.',
		remedy: 'Report it.',
	},
	'FINDING:0001': {
		meaning: 'There is no finding of this id.',
		remedy: 'Take one that `rollcall findings` lists.',
	},
	'INVENTORY:0001': {
		meaning: 'No device, or no user, has this id.',
		remedy:
			'Take an id from `rollcall devices --columns name,instance_id,id` or `rollcall users --columns usernames,user_id,id`.',
	},
	'INVENTORY:0002': {
		meaning: 'No execution has this id.',
		remedy: 'Take an id from `rollcall executions`.',
	},
	'INVENTORY:0003': {
		meaning: 'No organization has this name.',
		remedy: 'Check --organization; `rollcall policy` or a collection makes the one it names.',
	},
	'LABEL:0001': {
		meaning: 'A field of a label is not as it must be.',
		remedy: 'Correct the field that the message names.',
	},
	'LABEL:0002': {
		meaning: 'There is a label of this name already; names that differ in case only are one.',
		remedy: 'Take another name, or use the label there is.',
	},
	'LABEL:0003': {
		meaning: 'There is no label of this name.',
		remedy: 'Take one that `rollcall label list` shows, or create it.',
	},
	'LABEL:0004': {
		meaning: 'No device and no user has one of the ids. No label was changed.',
		remedy: 'Correct the ids that the message lists.',
	},
	'LABEL:0005': {
		meaning: 'Several devices or users have the id that was given. No label was changed.',
		remedy: 'Give one of the asset ids that the message lists.',
	},
	'POLICY:0001': {
		meaning: 'A policy cannot be made as asked: a value is wrong, missing, or of no use for what was chosen.',
		remedy: 'Follow the message, which names the field.',
	},
	'QUERY:0001': {
		meaning:
			'A rule of a query has a field, an operator, a value or a scope that there is not, or the query is too big.',
		remedy: 'Correct what the message names: the path of the rule, its field, and what it takes.',
	},
	'QUERY:0002': {
		meaning: 'The text of a query cannot be read from a column on.',
		remedy: 'Correct it at the column that the message names; it says what may stand there.',
	},
	'SAVED:0001': {
		meaning: 'The name of a saved query is not as it must be.',
		remedy: 'Correct it as the message says.',
	},
	'SAVED:0002': {
		meaning: 'There is a saved query of this name already; names that differ in case only are one.',
		remedy: 'Take another name, or replace it with `--replace`.',
	},
	'SAVED:0003': {
		meaning: 'There is no saved query of this name.',
		remedy: 'Take one that `rollcall queries` lists, or save it.',
	},
	'QUERY:0010': {
		meaning: 'Assets are not counted by this field.',
		remedy: 'Give one of the fields that the message names; `rollcall query TEXT --facets` counts by all of them.',
	},
	'SOURCE:0001': {
		meaning: 'No source has this name.',
		remedy: 'Take one of those the message lists.',
	},
	'SOURCE:0002': {
		meaning: 'A source made a call that it does not declare.',
		remedy: 'Report it.',
	},
	'SOURCE:0003': {
		meaning: 'Where the identity store is was not told, or cannot be right.',
		remedy: 'Give the setting that the message names.',
	},
	'SOURCE:0004': {
		meaning: 'An extra was asked for that this source does not have.',
		remedy: 'Take one of those the message lists.',
	},
	'STORE:0001': {
		meaning: 'The database was migrated by a newer Rollcall. Nothing was changed.',
		remedy: 'Use the release that migrated it, or a newer one.',
	},
	'STORE:0002': {
		meaning: 'The database waits for a migration.',
		remedy: 'Run `rollcall migrate`.',
	},
	'STORE:0003': {
		meaning: 'A database role could read every tenant: it is superuser, passes row-level security by, or owns tables.',
		remedy: 'Take that power from it; the statement is in the message.',
	},
	'STORE:0004': {
		meaning: 'The database role may not run a migration.',
		remedy: 'Let it create tables in the schema public, or have an administrator run the statements shown.',
	},
	'STORE:0005': {
		meaning: 'A page of a scope is missing, so that nothing may be removed by it; the scope is read again.',
		remedy: 'Nothing.',
	},
	'STORE:0007': {
		meaning: 'The cursor belongs to another listing, or was changed.',
		remedy:
			'Give `--cursor` as the list before ended, in JSON `next_cursor`, with the same filters and the same `--sort`.',
	},
	'STORE:0008': {
		meaning: 'The PostgreSQL server of ROLLCALL_DATABASE_URL cannot be reached, or refuses us.',
		remedy: 'Start it, or correct the URL as the message says.',
	},
	'STORE:0009': {
		meaning: 'The role is registered by another organization of this Rollcall already.',
		remedy: 'Check the ARN; if the role is yours, ask the operator, whose log has both organizations.',
	},
	'STORE:0010': {
		meaning: 'The moment that a query asks about is still to come, or lies before what is kept of history.',
		remedy: 'Give a moment of the past that is kept, as the message says.',
	},
	'STORE:0011': {
		meaning: 'The PostgreSQL server lacks an extension that Rollcall needs, or the database role may not create it.',
		remedy: 'Install the extension on the server, or have a superuser run the statement shown.',
	},
	'USAGE:0001': {
		meaning: 'The command line makes no sense: an option is unknown, wrong, or contradicts another.',
		remedy: 'Follow the message, or see --help.',
	},
};
