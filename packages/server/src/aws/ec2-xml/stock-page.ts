import type { DescribeInstancesResult, DescribeNetworkInterfacesResult } from '@aws-sdk/client-ec2';
import type { DecodedInstance, DecodedItem, DecodedPage, Ec2Document } from './decoded-page.ts';

/** The page our reader would give, from what the SDK's deserialiser gave; `undefined` if the set itself is missing. */
export function toInstancePage(output: DescribeInstancesResult): DecodedPage<DecodedInstance> | undefined {
	if (output.Reservations === undefined) return undefined;
	const items = output.Reservations.flatMap((reservation) => {
		const { ReservationId, OwnerId, RequesterId } = reservation;
		const facts = {
			...(ReservationId === undefined ? {} : { reservationId: ReservationId }),
			...(OwnerId === undefined ? {} : { ownerId: OwnerId }),
			...(RequesterId === undefined ? {} : { requesterId: RequesterId }),
		};
		return (reservation.Instances ?? []).map((instance): DecodedInstance => {
			const rawJson = JSON.stringify({ ...instance, ReservationId, OwnerId, RequesterId });
			return { document: toDocument(instance), rawJson, ...facts };
		});
	});
	return { items, ...tokenOf(output) };
}

/** As `toInstancePage`. */
export function toInterfacePage(output: DescribeNetworkInterfacesResult): DecodedPage | undefined {
	if (output.NetworkInterfaces === undefined) return undefined;
	const items = output.NetworkInterfaces.map((element): DecodedItem => {
		return { document: toDocument(element), rawJson: JSON.stringify(element) };
	});
	return { items, ...tokenOf(output) };
}

function tokenOf(output: { readonly NextToken?: string | undefined }): { nextToken?: string } {
	return output.NextToken ? { nextToken: output.NextToken } : {};
}

/** The JSON form of a typed element: an object stays an object. */
function toDocument(element: object): Ec2Document {
	return JSON.parse(JSON.stringify(element)) as Ec2Document;
}
