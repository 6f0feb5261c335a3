import type { InstanceFacts } from '../../world/instance-facts.ts';
import { escapeXml } from '../query-protocol.ts';
import { flatten, formatTime, renderGroups, renderList, renderTags, renderUnknownField } from './fragments.ts';
import { renderInstanceInterface } from './render-interface.ts';
import type { Shuffler } from './shuffle.ts';

// The line breaks stand in the texts themselves: as parts of their own they cost a third of the time of a page.
const DEPTH = 4;

/** An element at field depth, or nothing. */
function optional(name: string, value: string | undefined): string {
	return value === undefined ? '' : `\n                    <${name}>${escapeXml(value)}</${name}>`;
}

/** An element that AWS sends empty rather than not at all. */
function emptyable(name: string, value: string): string {
	return value === '' ? `\n                    <${name}/>` : `\n                    <${name}>${value}</${name}>`;
}

const CPU = (cores: number, threads: number) =>
	`\n                    <cpuOptions>\n                        <coreCount>${cores}</coreCount>\n                        <threadsPerCore>${threads}</threadsPerCore>\n                    </cpuOptions>`;

const TAIL =
	'\n                    <capacityReservationSpecification>\n                        <capacityReservationPreference>open</capacityReservationPreference>\n                    </capacityReservationSpecification>';

const PRIVATE_DNS_OPTIONS =
	'\n                    <privateDnsNameOptions>\n                        <hostnameType>ip-name</hostnameType>\n                        <enableResourceNameDnsARecord>false</enableResourceNameDnsARecord>\n                        <enableResourceNameDnsAAAARecord>false</enableResourceNameDnsAAAARecord>\n                    </privateDnsNameOptions>\n                    <maintenanceOptions>\n                        <autoRecovery>default</autoRecovery>\n                        <rebootMigration>default</rebootMigration>\n                    </maintenanceOptions>\n                    <networkPerformanceOptions>\n                        <bandwidthWeighting>default</bandwidthWeighting>\n                    </networkPerformanceOptions>';

function renderPlacement(facts: InstanceFacts): string {
	const host =
		facts.hostId === undefined
			? ''
			: `\n                        <hostId>${facts.hostId}</hostId>\n                        <affinity>default</affinity>`;
	return `\n                    <placement>\n                        <availabilityZone>${facts.zone}</availabilityZone>\n                        <availabilityZoneId>${facts.zoneId}</availabilityZoneId>${facts.placementGroup === undefined ? '\n                        <groupName/>' : `\n                        <groupName>${facts.placementGroup}</groupName>`}\n                        <tenancy>${facts.tenancy}</tenancy>${host}\n                    </placement>`;
}

function renderVolumes(facts: InstanceFacts, shuffler: Shuffler): string {
	const parts = facts.volumes.map(
		(volume) =>
			`\n                        <item>\n                            <deviceName>${volume.deviceName}</deviceName>\n                            <ebs>\n                                <volumeId>${volume.volumeId}</volumeId>\n                                <status>attached</status>\n                                <attachTime>${formatTime(volume.attachedAt)}</attachTime>\n                                <deleteOnTermination>${volume.deleteOnTermination}</deleteOnTermination>\n                            </ebs>\n                        </item>`,
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
			? '\n                        <managed>false</managed>'
			: `\n                        <managed>true</managed>\n                        <principal>${facts.managedBy}</principal>\n                        <hiddenByDefault>true</hiddenByDefault>`;
	const metadata = facts.state === 'terminated' ? 'pending' : 'applied';
	const bootMode = facts.bootMode === undefined ? 'legacy-bios' : 'uefi';
	return `${TAIL}\n                    <hibernationOptions>\n                        <configured>${facts.hibernation}</configured>\n                    </hibernationOptions>\n                    <metadataOptions>\n                        <state>${metadata}</state>\n                        <httpTokens>${facts.httpTokens}</httpTokens>\n                        <httpPutResponseHopLimit>${facts.hopLimit}</httpPutResponseHopLimit>\n                        <httpEndpoint>enabled</httpEndpoint>\n                        <httpProtocolIpv6>disabled</httpProtocolIpv6>\n                        <instanceMetadataTags>disabled</instanceMetadataTags>\n                    </metadataOptions>\n                    <enclaveOptions>\n                        <enabled>${facts.enclave}</enabled>\n                    </enclaveOptions>${optional('bootMode', facts.bootMode)}\n                    <platformDetails>${facts.platformDetails}</platformDetails>\n                    <usageOperation>${facts.usageOperation}</usageOperation>${PRIVATE_DNS_OPTIONS}${optional('currentInstanceBootMode', bootMode)}\n                    <operator>${operator}\n                    </operator>`;
}

function renderLicenses(licenses: readonly string[], shuffler: Shuffler): string {
	const parts = licenses.map(
		(arn) =>
			`\n                        <item>\n                            <licenseConfigurationArn>${arn}</licenseConfigurationArn>\n                        </item>`,
	);
	return parts.length === 0 ? '' : renderList('licenseSet', DEPTH + 1, parts, shuffler);
}

/** One instance inside its reservation. */
export function renderInstance(facts: InstanceFacts, shuffler: Shuffler, unknownFields: boolean): string {
	const interfaces = facts.interfaces.map((entry) => renderInstanceInterface(entry, facts.accountId, shuffler));
	const reason =
		facts.stateReason === undefined
			? ''
			: `\n                    <stateReason>\n                        <code>${facts.stateReason.code}</code>\n                        <message>${facts.stateReason.message}</message>\n                    </stateReason>`;
	const profile =
		facts.instanceProfile === undefined
			? ''
			: `\n                    <iamInstanceProfile>\n                        <arn>${facts.instanceProfile.arn}</arn>\n                        <id>${facts.instanceProfile.id}</id>\n                    </iamInstanceProfile>`;
	return `\n                <item>\n                    <instanceId>${facts.instanceId}</instanceId>\n                    <imageId>${facts.imageId}</imageId>\n                    <instanceState>\n                        <code>${facts.stateCode}</code>\n                        <name>${facts.state}</name>\n                    </instanceState>${emptyable('privateDnsName', facts.privateDnsName)}${emptyable('dnsName', facts.publicDnsName)}${emptyable('reason', facts.stateTransitionReason)}${optional('keyName', facts.keyName)}\n                    <amiLaunchIndex>${facts.launchIndex}</amiLaunchIndex>\n                    <productCodes/>\n                    <instanceType>${facts.instanceType.name}</instanceType>\n                    <launchTime>${formatTime(facts.launchedAt)}</launchTime>${renderPlacement(facts)}${optional('platform', facts.platform)}\n                    <monitoring>\n                        <state>${facts.monitoring}</state>\n                    </monitoring>${optional('subnetId', facts.subnetId)}${optional('vpcId', facts.vpcId)}${optional('privateIpAddress', facts.privateIp)}${optional('ipAddress', facts.publicIp)}\n                    <sourceDestCheck>true</sourceDestCheck>${renderGroups(facts.groups, DEPTH + 1, shuffler)}${reason}\n                    <architecture>${facts.instanceType.architecture}</architecture>\n                    <rootDeviceType>ebs</rootDeviceType>\n                    <rootDeviceName>${facts.rootDeviceName}</rootDeviceName>${renderVolumes(facts, shuffler)}${optional('instanceLifecycle', facts.lifecycle)}${optional('spotInstanceRequestId', facts.spotRequestId)}\n                    <virtualizationType>hvm</virtualizationType>${emptyable('clientToken', facts.clientToken)}${renderTags(facts.tags, DEPTH + 1, shuffler)}\n                    <hypervisor>xen</hypervisor>${renderList('networkInterfaceSet', DEPTH + 1, interfaces, shuffler)}${optional('ipv6Address', facts.ipv6)}${profile}\n                    <ebsOptimized>${facts.ebsOptimized}</ebsOptimized>\n                    <enaSupport>true</enaSupport>${CPU(facts.instanceType.cores, facts.instanceType.threads)}${renderLicenses(facts.licenses, shuffler)}\n                    <usageOperationUpdateTime>${formatTime(facts.firstLaunchedAt)}</usageOperationUpdateTime>${renderOptions(facts)}${unknownFields ? renderUnknownField(DEPTH + 1) : ''}\n                </item>`;
}
