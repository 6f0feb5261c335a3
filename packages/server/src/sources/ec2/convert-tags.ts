import { findFirstTag, findTag, type TagMap } from '#sources/kit/tags.ts';

/** Tags by which EKS names the cluster of a node, the reserved one first. */
const clusterKeys = ['aws:eks:cluster-name', 'eks:cluster-name'];
const ownedPrefix = 'kubernetes.io/cluster/';

/** The EKS cluster of a node; self-managed nodes carry it in the key of a tag whose value is `owned`. */
export function findCluster(tags: TagMap): string | undefined {
	const named = findFirstTag(tags, clusterKeys);
	if (named !== undefined) return named;
	for (const key in tags) {
		if (key.startsWith(ownedPrefix) && tags[key] === 'owned') return key.slice(ownedPrefix.length) || undefined;
	}
	return undefined;
}

/** The launch template as EC2 itself tags its instances. */
export function findLaunchTemplate(tags: TagMap): { id: string; version?: string } | undefined {
	const id = findTag(tags, 'aws:ec2launchtemplate:id');
	if (id === undefined) return undefined;
	const version = findTag(tags, 'aws:ec2launchtemplate:version');
	return version === undefined ? { id } : { id, version };
}
