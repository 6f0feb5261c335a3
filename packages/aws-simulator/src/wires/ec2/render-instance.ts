import type { InstanceFacts } from '../../world/instance-facts.ts';
import { escapeXml } from '../query-protocol.ts';
import { flatten, formatTime, lineAt, renderGroups, renderList, renderTags, renderUnknownField } from './fragments.ts';
import { renderInstanceInterface } from './render-interface.ts';
import type { Shuffler } from './shuffle.ts';

const DEPTH = 4;
const ITEM = lineAt(DEPTH);
const FIELD = lineAt(DEPTH + 1);
const INNER = lineAt(DEPTH + 2);
const DEEP = lineAt(DEPTH + 3);
const DEEPER = lineAt(DEPTH + 4);

/** An element at field depth, or nothing. */
function optional(name: string, value: string | undefined): string {
	return value === undefined ? '' : `${FIELD}<${name}>${escapeXml(value)}</${name}>`;
}

/** An element that AWS sends empty rather than not at all. */
function emptyable(name: string, value: string): string {
	return value === '' ? `${FIELD}<${name}/>` : `${FIELD}<${name}>${value}</${name}>`;
}

const CPU = (cores: number, threads: number) =>
	`${FIELD}<cpuOptions>${INNER}<coreCount>${cores}</coreCount>${INNER}<threadsPerCore>${threads}</threadsPerCore>${FIELD}</cpuOptions>`;

const TAIL = `${FIELD}<capacityReservationSpecification>${INNER}<capacityReservationPreference>open</capacityReservationPreference>${FIELD}</capacityReservationSpecification>`;

const PRIVATE_DNS_OPTIONS = `${FIELD}<privateDnsNameOptions>${INNER}<hostnameType>ip-name</hostnameType>${INNER}<enableResourceNameDnsARecord>false</enableResourceNameDnsARecord>${INNER}<enableResourceNameDnsAAAARecord>false</enableResourceNameDnsAAAARecord>${FIELD}</privateDnsNameOptions>${FIELD}<maintenanceOptions>${INNER}<autoRecovery>default</autoRecovery>${INNER}<rebootMigration>default</rebootMigration>${FIELD}</maintenanceOptions>${FIELD}<networkPerformanceOptions>${INNER}<bandwidthWeighting>default</bandwidthWeighting>${FIELD}</networkPerformanceOptions>`;

function renderPlacement(facts: InstanceFacts): string {
	const host =
		facts.hostId === undefined ? '' : `${INNER}<hostId>${facts.hostId}</hostId>${INNER}<affinity>default</affinity>`;
	return `${FIELD}<placement>${INNER}<availabilityZone>${facts.zone}</availabilityZone>${INNER}<availabilityZoneId>${facts.zoneId}</availabilityZoneId>${facts.placementGroup === undefined ? `${INNER}<groupName/>` : `${INNER}<groupName>${facts.placementGroup}</groupName>`}${INNER}<tenancy>${facts.tenancy}</tenancy>${host}${FIELD}</placement>`;
}

function renderVolumes(facts: InstanceFacts, shuffler: Shuffler): string {
	const parts = facts.volumes.map(
		(volume) =>
			`${INNER}<item>${DEEP}<deviceName>${volume.deviceName}</deviceName>${DEEP}<ebs>${DEEPER}<volumeId>${volume.volumeId}</volumeId>${DEEPER}<status>attached</status>${DEEPER}<attachTime>${formatTime(volume.attachedAt)}</attachTime>${DEEPER}<deleteOnTermination>${volume.deleteOnTermination}</deleteOnTermination>${DEEP}</ebs>${INNER}</item>`,
	);
	return renderList('blockDeviceMapping', DEPTH + 1, parts, shuffler);
}

/** What many instances say in the same words, made once for each combination. */
const optionTexts = new Map<string, string>();

function renderOptions(facts: InstanceFacts): string {
	const { hibernation, state, httpTokens, hopLimit, enclave, bootMode, platformDetails, usageOperation, managedBy } =
		facts;
	const terminated = state === 'terminated';
	const key = `${hibernation}${terminated}${httpTokens}${hopLimit}${enclave}${bootMode}${platformDetails}${usageOperation}${managedBy}`;
	let text = optionTexts.get(key);
	if (text === undefined) {
		text = flatten(makeOptions(facts));
		optionTexts.set(key, text);
	}
	return text;
}

function makeOptions(facts: InstanceFacts): string {
	const operator =
		facts.managedBy === undefined
			? `${INNER}<managed>false</managed>`
			: `${INNER}<managed>true</managed>${INNER}<principal>${facts.managedBy}</principal>${INNER}<hiddenByDefault>true</hiddenByDefault>`;
	const metadata = facts.state === 'terminated' ? 'pending' : 'applied';
	const bootMode = facts.bootMode === undefined ? 'legacy-bios' : 'uefi';
	return `${TAIL}${FIELD}<hibernationOptions>${INNER}<configured>${facts.hibernation}</configured>${FIELD}</hibernationOptions>${FIELD}<metadataOptions>${INNER}<state>${metadata}</state>${INNER}<httpTokens>${facts.httpTokens}</httpTokens>${INNER}<httpPutResponseHopLimit>${facts.hopLimit}</httpPutResponseHopLimit>${INNER}<httpEndpoint>enabled</httpEndpoint>${INNER}<httpProtocolIpv6>disabled</httpProtocolIpv6>${INNER}<instanceMetadataTags>disabled</instanceMetadataTags>${FIELD}</metadataOptions>${FIELD}<enclaveOptions>${INNER}<enabled>${facts.enclave}</enabled>${FIELD}</enclaveOptions>${optional('bootMode', facts.bootMode)}${FIELD}<platformDetails>${facts.platformDetails}</platformDetails>${FIELD}<usageOperation>${facts.usageOperation}</usageOperation>${PRIVATE_DNS_OPTIONS}${optional('currentInstanceBootMode', bootMode)}${FIELD}<operator>${operator}${FIELD}</operator>`;
}

function renderLicenses(licenses: readonly string[], shuffler: Shuffler): string {
	const parts = licenses.map(
		(arn) => `${INNER}<item>${DEEP}<licenseConfigurationArn>${arn}</licenseConfigurationArn>${INNER}</item>`,
	);
	return parts.length === 0 ? '' : renderList('licenseSet', DEPTH + 1, parts, shuffler);
}

/** One instance inside its reservation. */
export function renderInstance(facts: InstanceFacts, shuffler: Shuffler, unknownFields: boolean): string {
	const interfaces = facts.interfaces.map((entry) =>
		renderInstanceInterface(entry, facts.accountId, DEPTH + 2, shuffler),
	);
	const reason =
		facts.stateReason === undefined
			? ''
			: `${FIELD}<stateReason>${INNER}<code>${facts.stateReason.code}</code>${INNER}<message>${facts.stateReason.message}</message>${FIELD}</stateReason>`;
	const profile =
		facts.instanceProfile === undefined
			? ''
			: `${FIELD}<iamInstanceProfile>${INNER}<arn>${facts.instanceProfile.arn}</arn>${INNER}<id>${facts.instanceProfile.id}</id>${FIELD}</iamInstanceProfile>`;
	return `${ITEM}<item>${FIELD}<instanceId>${facts.instanceId}</instanceId>${FIELD}<imageId>${facts.imageId}</imageId>${FIELD}<instanceState>${INNER}<code>${facts.stateCode}</code>${INNER}<name>${facts.state}</name>${FIELD}</instanceState>${emptyable('privateDnsName', facts.privateDnsName)}${emptyable('dnsName', facts.publicDnsName)}${emptyable('reason', facts.stateTransitionReason)}${optional('keyName', facts.keyName)}${FIELD}<amiLaunchIndex>${facts.launchIndex}</amiLaunchIndex>${FIELD}<productCodes/>${FIELD}<instanceType>${facts.instanceType.name}</instanceType>${FIELD}<launchTime>${formatTime(facts.launchedAt)}</launchTime>${renderPlacement(facts)}${optional('platform', facts.platform)}${FIELD}<monitoring>${INNER}<state>${facts.monitoring}</state>${FIELD}</monitoring>${optional('subnetId', facts.subnetId)}${optional('vpcId', facts.vpcId)}${optional('privateIpAddress', facts.privateIp)}${optional('ipAddress', facts.publicIp)}${FIELD}<sourceDestCheck>true</sourceDestCheck>${renderGroups(facts.groups, DEPTH + 1, shuffler)}${reason}${FIELD}<architecture>${facts.instanceType.architecture}</architecture>${FIELD}<rootDeviceType>ebs</rootDeviceType>${FIELD}<rootDeviceName>${facts.rootDeviceName}</rootDeviceName>${renderVolumes(facts, shuffler)}${optional('instanceLifecycle', facts.lifecycle)}${optional('spotInstanceRequestId', facts.spotRequestId)}${FIELD}<virtualizationType>hvm</virtualizationType>${emptyable('clientToken', facts.clientToken)}${renderTags(facts.tags, DEPTH + 1, shuffler)}${FIELD}<hypervisor>xen</hypervisor>${renderList('networkInterfaceSet', DEPTH + 1, interfaces, shuffler)}${optional('ipv6Address', facts.ipv6)}${profile}${FIELD}<ebsOptimized>${facts.ebsOptimized}</ebsOptimized>${FIELD}<enaSupport>true</enaSupport>${CPU(facts.instanceType.cores, facts.instanceType.threads)}${renderLicenses(facts.licenses, shuffler)}${FIELD}<usageOperationUpdateTime>${formatTime(facts.firstLaunchedAt)}</usageOperationUpdateTime>${renderOptions(facts)}${unknownFields ? renderUnknownField(DEPTH + 1) : ''}${ITEM}</item>`;
}
