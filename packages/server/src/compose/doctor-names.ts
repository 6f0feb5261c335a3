/** The checks of `rollcall doctor`, in the order they are shown: each builds on those before it. */
export const doctorNames = [
	'data directory',
	'database',
	'schema',
	'roles',
	'history',
	'endpoints',
	'clock',
	'identity',
] as const;
export type DoctorName = (typeof doctorNames)[number];
