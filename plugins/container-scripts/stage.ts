/** When a script runs. */
export const stages = ['prestart', 'poststop'] as const;
export type Stage = (typeof stages)[number];
