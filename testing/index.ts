/// <reference types="node" preserve="true" />
/**
 * Tests of plugins without root, containerd and Linux: `import { createHarness } from 'pouch/testing'`.
 * @module pouch/testing
 */
export { createHarness, type Harness, type HarnessOptions } from './createHarness.ts';
export type { HarnessExtensions, RouteResponse, VerbResult } from './extensions.ts';
export type { PlanDifference, Replay } from '../hooks/replay.ts';
export { loadPlugin } from './loadPlugin.ts';
export { replay } from './replay.ts';
export type { TestClock } from './TestClock.ts';
export type { TestImage } from './testImage.ts';
export type { LogLine, TestLog } from './TestLog.ts';
export { standIn, type StandIn } from './standIn.ts';
