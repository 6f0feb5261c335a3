import type { AwsFaultKind } from './fault.ts';

/** AWS's error codes by what they mean for us (`aws.md`, Errors). Status codes do not matter where there is a code. */
const kindsByCode: Readonly<Partial<Record<AwsFaultKind, string>>> = {
	throttled: `RequestLimitExceeded Throttling ThrottlingException ThrottledException TooManyRequestsException
		EC2ThrottledException SlowDown RequestThrottled RequestThrottledException RequestThrottlingException
		LimitExceededException.Throttling PriorRequestNotComplete TransactionInProgressException BandwidthLimitExceeded
		ProvisionedThroughputExceededException LimitExceeded LimitExceededException`,
	not_allowed: 'UnauthorizedOperation AccessDenied AccessDeniedException UnauthorizedException NotAuthorized',
	region_not_enabled: 'OptInRequired RegionDisabledException RegionDisabled',
	credentials: `AuthFailure InvalidClientTokenId UnrecognizedClientException InvalidAccessKeyId
		InvalidSecurity SignatureDoesNotMatch InvalidSignatureException MissingAuthenticationToken
		MissingAuthenticationTokenException IncompleteSignature IncompleteSignatureException InvalidToken
		AuthorizationHeaderMalformed NotSignedUp Blocked PendingVerification`,
	expired: 'ExpiredToken ExpiredTokenException RequestExpired TokenRefreshRequired',
	clock: 'RequestTimeTooSkewed RequestInTheFuture',
	bad_token: `InvalidPaginationToken InvalidPaginationTokenException InvalidNextToken InvalidNextTokenException
		ExpiredNextTokenException ExpiredPaginationToken ExpiredPaginationTokenException InvalidMarker`,
	validation: `InvalidParameterValue InvalidParameter InvalidParameterCombination InvalidParameterValueException
		InvalidParameterException ValidationError ValidationException InvalidInputException InvalidInput
		MissingParameter UnknownParameter InvalidQueryParameter MalformedQueryString InvalidRequest
		InvalidRequestException InvalidAction UnknownOperationException UnsupportedOperation SerializationException
		MalformedPolicyDocument PackedPolicyTooLarge`,
	server: `InternalError InternalFailure InternalServerError InternalServerErrorException InternalServiceException
		InternalServiceError ServiceUnavailable ServiceUnavailableException ServiceException ServerException Unavailable
		ServerInternal IDPCommunicationError ServiceFailure ServiceFailureException InternalServerException
		ConflictException ConcurrentModification ConcurrentModificationException`,
	timeout: 'RequestTimeout RequestTimeoutException',
	no_organization: 'AWSOrganizationsNotInUseException',
	not_found: `InvalidInstanceID.NotFound InvalidInstanceID.Malformed NoSuchEntity NoSuchEntityException
		ResourceNotFoundException InvalidNetworkInterfaceID.NotFound InvalidAllocationID.NotFound`,
	not_ready: `ReportInProgress CredentialReportNotReadyException ReportNotPresent CredentialReportNotPresentException
		ReportExpired CredentialReportExpiredException`,
};

const kinds: ReadonlyMap<string, AwsFaultKind> = new Map(
	Object.entries(kindsByCode).flatMap(([kind, codes]) =>
		// The keys are AwsFaultKind by the type above; Object.entries forgets it.
		codes.split(/\s+/).map((code) => [code, kind as AwsFaultKind] as const),
	),
);

export function findKind(code: string): AwsFaultKind | undefined {
	return kinds.get(code);
}

/** For a body without a code, as the HTML page of a proxy. */
export function kindOfStatus(status: number): AwsFaultKind {
	if (status === 429) return 'throttled';
	if (status === 408) return 'timeout';
	if (status >= 500) return 'server';
	return status >= 300 ? 'unknown' : 'truncated';
}
