import { mix, pick, toAlphanumeric, toHexByte } from './hash.ts';
import type { Workload } from './workloads.ts';

export interface Tag {
	readonly key: string;
	readonly value: string;
}

const OWNERS = [
	'anna.lindqvist@nordwind.example',
	'platform-team',
	'ops@nordwind.example',
	'team-payments',
	'svc-deploy',
];
const OWNERS_BEYOND_ASCII = ['J. Müller', '小林 健', 'Zoë O’Brien'];
const COST_CENTRES = ['4100', '4210-EU', '7700', '0042', 'CC-99'];

/** Every tag as AWS would list it; `revision` counts the changes that came by themselves. */
export function drawTags(
	workload: Workload,
	accountName: string,
	region: string,
	hash: number,
	revision: number,
): Tag[] {
	if (mix(hash, 20) % 100 < 4) {
		return revision > 0 ? [{ key: 'Reviewed', value: `r${revision}` }] : []; // Untagged instances are normal.
	}
	const number = toHexByte(hash);
	const tags: Tag[] = [];
	const add = (key: string, value: string) => tags.push({ key, value });
	if (mix(hash, 21) % 100 < 93) {
		add('Name', workload.disposable ? `${workload.service}-${workload.stage}` : `${workload.service}-${number}`);
	}
	addOwner(add, workload, hash);
	add(mix(hash, 22) % 4 === 0 ? 'env' : 'Environment', workload.stage);
	add('CostCenter', pick(COST_CENTRES, mix(hash, 23)));
	add('Service', workload.service);
	add('Release', `2026.${(mix(hash, 24) % 11) + 1}.${revision}`);
	if (mix(hash, 25) % 10 === 0) {
		add('Backup', '');
	}
	if (mix(hash, 26) % 40 === 0) {
		add('Beschreibung', 'Prüfstand für <Zahlungen> & "Retouren" – 100 % größer 🚚');
	}
	addMachineTags(add, workload, accountName, region);
	return tags;
}

function drawOwner(hash: number): string {
	return pick(mix(hash, 29) % 12 === 0 ? OWNERS_BEYOND_ASCII : OWNERS, mix(hash, 28));
}

function addOwner(add: (key: string, value: string) => void, workload: Workload, hash: number): void {
	const draw = mix(hash, 27) % 10;
	if (draw < 4) {
		add('Owner', drawOwner(hash));
	} else if (draw < 6) {
		add('owner', drawOwner(hash));
	}
	if (draw >= 3 && draw < 8) {
		add(draw % 2 === 0 ? 'team' : 'Team', workload.team);
	}
}

/** Tags that AWS's own services put on what they launch. */
function addMachineTags(
	add: (key: string, value: string) => void,
	workload: Workload,
	accountName: string,
	region: string,
): void {
	const { kind, service, stage, hash } = workload;
	const suffix = toAlphanumeric(hash, 6);
	if (kind === 'autoscaling' || kind === 'batch') {
		add('aws:autoscaling:groupName', `${service}-${stage}-asg-${suffix}`);
		add('aws:ec2launchtemplate:id', `lt-0${toAlphanumeric(hash, 3)}${suffix}`);
		add('aws:ec2launchtemplate:version', String((hash % 30) + 1));
	}
	if (kind === 'eks') {
		const cluster = `${accountName}-${region}`;
		add('aws:eks:cluster-name', cluster);
		add('eks:nodegroup-name', `${service}-${suffix}`);
		add(`kubernetes.io/cluster/${cluster}`, 'owned');
		add('aws:autoscaling:groupName', `eks-${service}-${suffix}`);
	}
	if (kind === 'pet' && hash % 3 === 0) {
		add('aws:cloudformation:stack-name', `${service}-${stage}`);
		add('aws:cloudformation:logical-id', 'Instance');
	}
}
