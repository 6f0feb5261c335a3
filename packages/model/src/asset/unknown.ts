/** Why an attribute's value is not known (`rules.md`, Unknown). NULL is known to be absent; this is not. */
export const unknownReasons = ['not_permitted', 'unconfirmed', 'not_supported'] as const;
export type UnknownReason = (typeof unknownReasons)[number];

/** Attribute name → why it is unknown. */
export type UnknownMask = Readonly<Record<string, UnknownReason>>;
