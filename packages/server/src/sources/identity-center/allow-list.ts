import { type Fields, isFields } from '#sources/kit/read-fields.ts';

/** Kinds of value that a field may hold to be kept: whatever else stands in its place is left out. */
type Keep = (value: unknown) => unknown;

const text: Keep = (value) => (typeof value === 'string' ? value : undefined);
const flag: Keep = (value) => (typeof value === 'boolean' ? value : undefined);

/**
 * The fields of a user that Rollcall collects (`inventory.md`, Attributes), and no others: birthdates, addresses, phone
 * numbers, photos and whatever AWS adds one day never pass.
 */
const keepUser = keepFields({
	IdentityStoreId: text,
	UserId: text,
	UserName: text,
	DisplayName: text,
	Name: keepFields({ GivenName: text, FamilyName: text }),
	Emails: keepList(keepFields({ Value: text, Type: text, Primary: flag })),
	ExternalIds: keepList(keepFields({ Issuer: text, Id: text })),
	UserStatus: text,
	UserType: text,
	Title: text,
	Locale: text,
	CreatedAt: text,
	UpdatedAt: text,
});

/** The document of a user without anything that Rollcall must not collect. */
export function allowUser(document: unknown): Fields {
	const kept = keepUser(document);
	return isFields(kept) ? kept : {};
}

function keepFields(fields: Readonly<Record<string, Keep>>): Keep {
	return (value) => {
		if (!isFields(value)) return undefined;
		const kept: Record<string, unknown> = {};
		for (const [name, keep] of Object.entries(fields)) {
			const inner = keep(value[name]);
			if (inner !== undefined) kept[name] = inner;
		}
		return kept;
	};
}

function keepList(keep: Keep): Keep {
	return (value) => {
		if (!Array.isArray(value)) return undefined;
		// Array.isArray gives any[]; each element goes through its own list.
		const elements: readonly unknown[] = value;
		return elements.map(keep).filter((element) => element !== undefined);
	};
}
