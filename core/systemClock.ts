import type { Clock } from '../hooks/services.ts';

export const systemClock: Clock = { now: () => new Date(), monotonic: () => performance.now() };
