/** The members that are there: an attribute that is absent is left out of a record. */
export function present<Values extends object>(
	values: Values,
): { [Name in keyof Values]?: Exclude<Values[Name], undefined> } {
	// Leaving entries out makes no other types of those that stay.
	return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
		[Name in keyof Values]?: Exclude<Values[Name], undefined>;
	};
}
