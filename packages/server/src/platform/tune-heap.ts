import { setFlagsFromString } from 'node:v8';

/** The first Node whose V8 knows the flag; an older one would print a complaint. */
const sinceMajor = 24;

/**
 * Lets a process that reads many large bodies collect its garbage the cheap way. By default V8 answers every few dozen
 * megabytes of buffers with a collection of the whole heap (measured: 77 of them for 850 pages, a third of a worker's
 * CPU); counted within the heap's own limit, buffers that died young go with the young objects.
 */
export function tuneHeapForBodies(): void {
	const major = Number(process.versions.node.split('.')[0]);
	if (major >= sinceMajor) setFlagsFromString('--external-memory-accounted-in-global-limit');
}
