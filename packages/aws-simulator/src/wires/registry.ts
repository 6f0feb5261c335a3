import { ec2Wire } from './ec2/wire.ts';
import { iamWire } from './iam/wire.ts';
import { identityStoreWire } from './identitystore/wire.ts';
import { organizationsWire } from './organizations/wire.ts';
import { ssoWire } from './sso/wire.ts';
import { stsWire } from './sts/wire.ts';
import type { Wire } from './wire.ts';

export const WIRES: readonly Wire[] = [ec2Wire, stsWire, organizationsWire, iamWire, identityStoreWire, ssoWire];
