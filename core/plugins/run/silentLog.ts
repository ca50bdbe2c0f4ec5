import type { Logger } from '../../../hooks/defineHook.ts';

/** For what is not set up yet, or fails anyway: its errors have what is to be known. */
export const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} };
