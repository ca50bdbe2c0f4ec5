/**
 * The wire types of the HTTP API: the part of the Docker Engine API (v1.22–v1.47) that Pouch implements, with Docker's
 * names and units, and Pouch's additions. The client and the server plugin share them.
 *
 * Source: https://docs.docker.com/engine/api/ (swagger of moby/moby). Fields that older API versions lack are optional.
 */
export * from './wire/agent.ts';
export * from './wire/container.ts';
export * from './wire/copy.ts';
export * from './wire/endpoint.ts';
export * from './wire/error.ts';
export * from './wire/exec.ts';
export * from './wire/fields.ts';
export * from './wire/hostConfig.ts';
export * from './wire/image.ts';
export * from './wire/inspect.ts';
export * from './wire/limits.ts';
export * from './wire/extensions.ts';
export * from './wire/network.ts';
export * from './wire/plugins.ts';
export * from './wire/pouch.ts';
export * from './wire/profileLabel.ts';
export * from './wire/reconcile.ts';
export * from './wire/service.ts';
export * from './wire/snapshot.ts';
export * from './wire/stats.ts';
export * from './wire/system.ts';
export * from './wire/volume.ts';
