import type { Tag } from './tags.ts';
import type { InstanceStateName } from './timeline.ts';
import type { InstanceType, WorkloadKind } from './workloads.ts';

export interface Group {
	readonly groupId: string;
	readonly groupName: string;
}

export interface PrivateAddress {
	readonly address: string;
	readonly dnsName: string;
	readonly primary: boolean;
	readonly association?: PublicAssociation;
}

export interface PublicAssociation {
	readonly publicIp: string;
	readonly publicDnsName: string;
	/** `amazon`, or the account of an Elastic IP. */
	readonly ipOwnerId: string;
	readonly allocationId?: string;
	readonly associationId?: string;
}

export interface InterfaceFacts {
	readonly interfaceId: string;
	readonly attachmentId: string | undefined;
	readonly attachedAt: number;
	readonly deviceIndex: number;
	readonly description: string;
	readonly macAddress: string;
	readonly subnetId: string;
	readonly vpcId: string;
	readonly zone: string;
	readonly groups: readonly Group[];
	readonly addresses: readonly PrivateAddress[];
	readonly ipv6: readonly string[];
	readonly prefixes: readonly string[];
	readonly interfaceType: string;
	readonly requesterManaged: boolean;
	readonly requesterId: string | undefined;
	readonly tags: readonly Tag[];
}

export interface VolumeFacts {
	readonly deviceName: string;
	readonly volumeId: string;
	readonly attachedAt: number;
	readonly deleteOnTermination: boolean;
}

/** One instance as plain facts: what the XML must say, and what a correct inventory must hold. Times in milliseconds. */
export interface InstanceFacts {
	readonly arn: string;
	readonly accountId: string;
	readonly region: string;
	readonly instanceId: string;
	readonly slot: number;
	readonly hash: number;
	readonly kind: WorkloadKind;
	readonly reservationId: string;
	readonly launchIndex: number;
	readonly state: InstanceStateName;
	/** May carry an opaque high byte, as AWS warns. */
	readonly stateCode: number;
	readonly stateReason: { readonly code: string; readonly message: string } | undefined;
	readonly stateTransitionReason: string;
	readonly launchedAt: number;
	readonly firstLaunchedAt: number;
	readonly endedAt: number | undefined;
	readonly imageId: string;
	readonly keyName: string | undefined;
	readonly instanceType: InstanceType;
	readonly platform: 'windows' | undefined;
	readonly platformDetails: string;
	readonly usageOperation: string;
	readonly zone: string;
	readonly zoneId: string;
	readonly tenancy: 'default' | 'dedicated' | 'host';
	readonly hostId: string | undefined;
	readonly placementGroup: string | undefined;
	readonly monitoring: 'enabled' | 'disabled';
	readonly vpcId: string | undefined;
	readonly subnetId: string | undefined;
	readonly privateIp: string | undefined;
	readonly privateDnsName: string;
	readonly publicIp: string | undefined;
	readonly publicDnsName: string;
	readonly ipv6: string | undefined;
	readonly rootDeviceName: string;
	readonly volumes: readonly VolumeFacts[];
	readonly lifecycle: 'spot' | undefined;
	readonly spotRequestId: string | undefined;
	readonly ebsOptimized: boolean;
	readonly clientToken: string;
	readonly instanceProfile: { readonly arn: string; readonly id: string } | undefined;
	readonly interfaces: readonly InterfaceFacts[];
	readonly groups: readonly Group[];
	readonly tags: readonly Tag[];
	readonly httpTokens: 'required' | 'optional';
	readonly hopLimit: number;
	readonly hibernation: boolean;
	readonly enclave: boolean;
	readonly licenses: readonly string[];
	readonly bootMode: 'uefi' | 'uefi-preferred' | undefined;
	/** Run by an AWS service; hidden unless `IncludeManagedResources` is sent. */
	readonly managedBy: string | undefined;
}
