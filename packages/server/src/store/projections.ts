import type { AssetType } from '@rollcall/model/asset/record-state.ts';
import { deviceProjection } from './device-projection.ts';
import type { Projection } from './projection.ts';
import { userProjection } from './user-projection.ts';

/** One for each type of asset. */
export const projections: Readonly<Record<AssetType, Projection>> = { device: deviceProjection, user: userProjection };

export const everyProjection: readonly Projection[] = Object.values(projections);
