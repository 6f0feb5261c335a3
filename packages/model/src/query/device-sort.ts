/** What a list of devices may be sorted by. */
export const deviceSorts = ['name', 'account', 'instance'] as const;
export type DeviceSort = (typeof deviceSorts)[number];
