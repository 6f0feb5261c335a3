import { ec2Wire } from './ec2/wire.ts';
import { organizationsWire } from './organizations/wire.ts';
import { stsWire } from './sts/wire.ts';
import type { Wire } from './wire.ts';

export const WIRES: readonly Wire[] = [ec2Wire, stsWire, organizationsWire];
