interface KnownDifference {
	readonly question: string;
	/** `end`, or the path of a member. */
	readonly subject: string;
	/** Who is right by AWS, and how that is known. */
	readonly reason: string;
}

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
	...['STS, wrong signature', 'Organizations, wrong signature'].map((question) => ({
		question,
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
];

export function findKnown(question: string, subject: string): KnownDifference | undefined {
	return knownDifferences.find((known) => known.question === question && known.subject === subject);
}
