interface KnownDifference {
	readonly question: string;
	/** `end`, or the path of a member. */
	readonly subject: string;
	/** Who is right by AWS, and how that is known. */
	readonly reason: string;
}

const userDifferences: readonly KnownDifference[] = [
	{
		question: 'IAM GetUser without a name, a session',
		subject: 'end',
		reason: 'AWS tells a session that it is no user; the referee answers with one that is made up.',
	},
	...['IAM, a user without the permission', 'IAM GetUser, a user without the permission'].map((question) => ({
		question,
		subject: 'end',
		reason: 'AWS names the path or the user as the resource, as its refusals seen in public show; the referee says *.',
	})),
	...['MaxResults 0', 'MaxResults 101'].map((what) => ({
		question: `Identity Store ${what}`,
		subject: 'end',
		reason: 'AWS says which constraint; the referee shortens the sentence.',
	})),
	{
		question: 'Identity Store made-up NextToken',
		subject: 'end',
		reason: 'The code is AWS’s; neither side knows its words.',
	},
	...['unknown store', 'another region'].map((what) => ({
		question: `Identity Store ${what}`,
		subject: 'end',
		reason: 'The words of AWS as seen in public; the referee has those for users and groups.',
	})),
	...['malformed store', 'malformed group'].map((what) => ({
		question: `Identity Store ${what}`,
		subject: 'end',
		reason: 'AWS checks the pattern of its service model first; the referee looks it up.',
	})),
	{
		question: 'Identity Store, region not enabled',
		subject: 'end',
		reason: 'A region that is not enabled does not know the keys; the referee answers there.',
	},
	{
		question: 'Identity Store, a user without the permission',
		subject: 'end',
		reason: 'AWS names each resource in a sentence of its own, as seen in public; the referee says *.',
	},
	{
		question: 'Identity Store, a member',
		subject: 'end',
		reason: 'The members of the referee lack the permission; ours have it, and the store is another account’s.',
	},
];

/** Where the simulator and the referee differ on purpose. The README says the same to people. */
export const knownDifferences: readonly KnownDifference[] = [
	{
		question: 'DescribeInstances two unknown ids',
		subject: 'end',
		reason: 'AWS names all of them, in the plural; the referee has one sentence for one id.',
	},
	{
		question: 'DescribeInstances malformed id',
		subject: 'end',
		reason: 'AWS tells a malformed id (InvalidInstanceID.Malformed) from an unknown one; the referee does not.',
	},
	{
		question: 'AssumeRole',
		subject: 'PackedPolicySize',
		reason: 'AWS sends it where a session policy or tags were sent; the referee always.',
	},
	{
		question: 'AssumeRole short ARN',
		subject: 'end',
		reason: 'AWS validates the length (20 at least) first; the referee asks its policy first.',
	},
	{
		question: 'AssumeRole chained, 3601 s',
		subject: 'end',
		reason: 'AWS ends the sentence with a full stop; the referee does not.',
	},
	...['STS', 'Organizations', 'IAM', 'Identity Store'].map((service) => ({
		question: `${service}, wrong signature`,
		subject: 'end',
		reason: 'The referee shortens the sentence of AWS.',
	})),
	...['STS, clock an hour behind', 'Organizations, clock an hour behind'].map((question) => ({
		question,
		subject: 'end',
		reason: 'AWS gives the times it compared; the referee leaves them out.',
	})),
	{
		question: 'STS, region not enabled',
		subject: 'end',
		reason: 'AWS does not know the keys there (InvalidClientTokenId); the referee speaks of the scope.',
	},
	{
		question: 'Organizations, a member',
		subject: 'end',
		reason: 'The members of the referee lack the permission; ours have it, and AWS then refuses in these words.',
	},
	{
		question: 'DescribeInstances everywhere',
		subject: '[].Reservations[].Instances[].SriovNetSupport',
		reason: 'Of the Intel 82599 interface only; no instance type of the simulator has it (all have ENA).',
	},
	...userDifferences,
];

export function findKnown(question: string, subject: string): KnownDifference | undefined {
	return knownDifferences.find((known) => known.question === question && known.subject === subject);
}
