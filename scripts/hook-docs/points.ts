import { catalogue } from '../../hooks/catalogue.ts';
import type { HookPoint } from '../../hooks/defineHook.ts';

export type AnyPoint = HookPoint<unknown, unknown>;

/** The hook points of each family, in the order of the catalogue. */
export const families: [string, AnyPoint[]][] = Object.entries(catalogue).map(([family, points]) => [
  family,
  Object.values<AnyPoint>(points),
]);

export const points: AnyPoint[] = families.flatMap(([, list]) => list);
