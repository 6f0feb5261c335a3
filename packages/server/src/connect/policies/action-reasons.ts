/** What each IAM action is asked for, in one line for people. Every declared action has one. */
export const actionReasons: Readonly<Record<string, string>> = {
	'ec2:DescribeInstances': 'which devices there are, with nearly all of their attributes',
	'ec2:DescribeRegions': 'which regions are enabled in the account',
	'ec2:DescribeAddresses': 'Elastic IPs of devices, and those that belong to nothing',
	'ec2:DescribeNetworkInterfaces': 'type and tags of the interfaces of devices, and interfaces that are on none',
	'iam:ListUsers': 'which users there are, and when each last used a password',
	'iam:GetUser':
		'tags and permissions boundary, which the list leaves out; with authorization-details only where that fails',
	'iam:GetAccountAuthorizationDetails':
		'groups and tags of all users at once, in fewer calls than iam:GetUser, which stays for when this one fails',
	'iam:GenerateCredentialReport': 'has AWS make the report that the next action reads',
	'iam:GetCredentialReport': 'MFA, access keys and their last use',
	'identitystore:ListUsers': 'which users there are',
	'identitystore:ListGroups': 'names of the groups',
	'identitystore:ListGroupMemberships': 'who is in which group',
	'sso:ListInstances': 'finds the identity store, so that nobody has to look its id up',
	'organizations:ListAccounts': 'which accounts there are, and the state and path of each',
	's3:PutObject': 'writes the files, whole or in parts',
	's3:AbortMultipartUpload': 'takes the parts of a failed upload away',
};
