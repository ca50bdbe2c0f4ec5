/** The contract for plugin authors: `import { definePlugin, Type } from 'pouch/hooks'`. */
export { Type } from '@sinclair/typebox';
export type { Static, TSchema } from '@sinclair/typebox';
export * from './catalogue.ts';
export * from './defineHook.ts';
export * from './definePlugin.ts';
export * from './draft.ts';
export * from './effects.ts';
export * from './engine.ts';
export * from './errors.ts';
export * from './image.ts';
export * from './oci.ts';
export * from './plan.ts';
export * from './request.ts';
export * from './runtime.ts';
export type { ContainerMoment } from './points/container.ts';
