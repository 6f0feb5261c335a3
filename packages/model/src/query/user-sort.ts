/** What a list of users may be sorted by. */
export const userSorts = ['name', 'account', 'email'] as const;
export type UserSort = (typeof userSorts)[number];
