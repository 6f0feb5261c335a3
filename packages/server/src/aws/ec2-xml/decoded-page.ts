/**
 * The JSON form of one of the SDK's typed output elements: what `JSON.parse(JSON.stringify(element))` gives.
 * PascalCase member names of the SDK's model; times as `toISOString()` text; absent members absent. Strings are kept
 * as the SDK reads them, lone surrogates and NUL included: who stores or hashes them cleans them.
 */
export type Ec2Document = { readonly [member: string]: Ec2Value };

export type Ec2Value = string | number | boolean | null | Ec2Document | readonly Ec2Value[];

/** One element of a page. `rawJson` is JSON text of the document; the order of its keys is the order of arrival. */
export interface DecodedItem {
	readonly document: Ec2Document;
	readonly rawJson: string;
}

/**
 * One instance with the facts its reservation holds. `document` is the Instance alone; `rawJson` is the instance with
 * `ReservationId`, `OwnerId` and `RequesterId` appended where the reservation has them (no member of Instance bears
 * these names). The reservation's `Groups` exist for EC2-Classic only and are dropped.
 */
export interface DecodedInstance extends DecodedItem {
	readonly reservationId?: string;
	readonly ownerId?: string;
	readonly requesterId?: string;
}

/** One page of a listing. */
export interface DecodedPage<Item extends DecodedItem = DecodedItem> {
	readonly items: readonly Item[];
	/** Absent on the last page; an empty token is given as absent, as the SDK's paginators take it. */
	readonly nextToken?: string;
	/** From the body; the header's copy stands in the SDK's `$metadata`. */
	readonly requestId?: string;
}
