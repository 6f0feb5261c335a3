import { describe } from 'vitest';
import { openTestCluster } from '../../test/postgres-cluster.ts';
import { describeWrites } from './testing/write-contract.ts';

describe('the store on the embedded PostgreSQL', () => {
	describeWrites(openTestCluster);
});
