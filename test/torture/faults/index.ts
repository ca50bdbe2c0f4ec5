import type { Fault } from './fault.ts';
import { kills } from './kills.ts';

/** Every fault that a round may draw. */
export const faults: readonly Fault[] = [...kills];
