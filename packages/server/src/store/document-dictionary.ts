/**
 * Words that raw documents of AWS are made of, for the compressor: with them a document of 3.5 kB takes 420–500 bytes
 * instead of 1,200–1,500, in half the time (measured on EC2 instances). Documents are stored against exactly this text:
 * it never changes. Another one gets a number of its own in `raw-document.ts`.
 */
export const documentDictionary1 = [
	'"arn:aws:iam::user/","Path":"/","UserName":"","UserId":"AIDA","CreateDate":"20","PasswordLastUsed":"20","PermissionsBoundary":',
	'{"IdentityStoreId":"d-","UserName":"","UserId":"","DisplayName":"","Name":{"GivenName":"","FamilyName":""},"Emails":[{"Value":"',
	'@example.com","Type":"work","Primary":true}],"UserStatus":"ENABLED"',
	'eu-west-1eu-central-1us-west-2us-east-1.compute.internalc6i.xlarget3.micror6g.2xlargewindowsWindowsspot"shutting-downterminated',
	'{"Code":80,"Name":"stopped"},"StateReason":{"Code":"Client.UserInitiatedShutdown","Message":"Client.UserInitiatedShutdown: User initiated shutdown"}',
	'"StateTransitionReason":"User initiated (20","InstanceLifecycle":"spot","SpotInstanceRequestId":"sir-","aws:ec2launchtemplate:version","aws:ec2launchtemplate:id"',
	'"Value":"lt-0"{"Key":"aws:cloudformation:stack-name","Value":"{"Key":"kubernetes.io/cluster/","Value":"owned"},{"Key":"eks:cluster-name","Value":"',
	'{"AmiLaunchIndex":0,"InstanceId":"i-0","ImageId":"ami-0","State":{"Code":16,"Name":"running"},"PrivateDnsName":"ip-10-',
	'.ec2.internal","PublicDnsName":"ec2-.compute-1.amazonaws.com","StateTransitionReason":"","KeyName":"","AmiLaunchIndex":0,"ProductCodes":[],"InstanceType":"m5.large',
	'","LaunchTime":"2025-01-01T00:00:00.000Z","Placement":{"AvailabilityZone":"us-east-1a","AvailabilityZoneId":"use1-az1","GroupName":"","Tenancy":"default"},',
	'"Monitoring":{"State":"disabled"},"SubnetId":"subnet-0","VpcId":"vpc-0","PrivateIpAddress":"10.","PublicIpAddress":"',
	'","SourceDestCheck":true,"SecurityGroups":[{"GroupId":"sg-0","GroupName":"default"}],"Architecture":"x86_64","RootDeviceType":"ebs","RootDeviceName":"/dev/xvda",',
	'"BlockDeviceMappings":[{"DeviceName":"/dev/xvda","Ebs":{"VolumeId":"vol-0","Status":"attached","AttachTime":"2025-01-01T00:00:00.000Z","DeleteOnTermination":true}}],',
	'"VirtualizationType":"hvm","ClientToken":"","Tags":[{"Key":"Name","Value":""},{"Key":"Environment","Value":"production"},{"Key":"Owner","Value":""},',
	'{"Key":"aws:autoscaling:groupName","Value":""},{"Key":"CostCenter","Value":""},{"Key":"Service","Value":""}],"Hypervisor":"xen","NetworkInterfaces":[{"NetworkInterfaceId":"eni-0',
	'","SubnetId":"subnet-0","VpcId":"vpc-0","Description":"","OwnerId":"","Status":"in-use","MacAddress":"02:","PrivateIpAddress":"10.","PrivateDnsName":"ip-10-',
	'","SourceDestCheck":true,"Groups":[{"GroupId":"sg-0","GroupName":""}],"Attachment":{"AttachmentId":"eni-attach-0","DeviceIndex":0,"Status":"attached",',
	'"AttachTime":"2025-01-01T00:00:00.000Z","DeleteOnTermination":true,"NetworkCardIndex":0},"Association":{"PublicIp":"","PublicDnsName":"ec2-","IpOwnerId":"amazon"},',
	'"PrivateIpAddresses":[{"PrivateIpAddress":"10.","PrivateDnsName":"ip-10-","Primary":true,"Association":{"PublicIp":"","PublicDnsName":"ec2-","IpOwnerId":"amazon"}}],',
	'"Ipv6Addresses":[],"InterfaceType":"interface","Operator":{"Managed":false}}],"IamInstanceProfile":{"Arn":"arn:aws:iam::instance-profile/","Id":"AIPA"},',
	'"EbsOptimized":true,"EnaSupport":true,"CpuOptions":{"CoreCount":1,"ThreadsPerCore":2},"CapacityReservationSpecification":{"CapacityReservationPreference":"open"},',
	'"HibernationOptions":{"Configured":false},"MetadataOptions":{"State":"applied","HttpTokens":"required","HttpPutResponseHopLimit":2,"HttpEndpoint":"enabled",',
	'"HttpProtocolIpv6":"disabled","InstanceMetadataTags":"disabled"},"EnclaveOptions":{"Enabled":false},"BootMode":"uefi-preferred","PlatformDetails":"Linux/UNIX",',
	'"UsageOperation":"RunInstances","UsageOperationUpdateTime":"2025-01-01T00:00:00.000Z","PrivateDnsNameOptions":{"HostnameType":"ip-name",',
	'"EnableResourceNameDnsARecord":true,"EnableResourceNameDnsAAAARecord":false},"MaintenanceOptions":{"AutoRecovery":"default","RebootMigration":"default"},',
	'"CurrentInstanceBootMode":"legacy-bios","Operator":{"Managed":false},"ReservationId":"r-0","OwnerId":"","RequesterId":""}',
].join('');
