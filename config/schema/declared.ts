import { objectsOf } from '../formats/index.ts';
import type { Settings } from './setting.ts';

/** The top-level sections with objects of the host, in the order of the docs. */
export const declaredSections = ['profiles', 'networks', 'volumes', 'images', 'containers'] as const;

export type DeclaredSection = (typeof declaredSections)[number];

export function isDeclaredSection(name: unknown): name is DeclaredSection {
  return declaredSections.some((section) => section === name);
}

export const declared: Settings<DeclaredSection> = {
  profiles: {
    default: {},
    example: { batch: { memory: '1g', restart: 'no' } },
    env: false,
    format: objectsOf('a map from names of profiles to their options'),
    doc: 'Presets for containers by name, in the options of `pouch run` without their dashes. See [Profiles](../guides/profiles.md).',
    since: '0.1.0',
  },
  networks: {
    default: {},
    example: { shop: { subnet: '10.77.0.0/24' } },
    env: false,
    format: objectsOf('a map from names of networks to their options'),
    doc: 'Networks that pouchd creates, by name, in the options of `pouch network create`. See [Host agent](../guides/host-agent.md).',
    since: '0.1.0',
  },
  volumes: {
    default: {},
    example: { data: { label: { team: 'shop' } } },
    env: false,
    format: objectsOf('a map from names of volumes to their options'),
    doc: 'Volumes that pouchd creates, by name, in the options of `pouch volume create`. See [Host agent](../guides/host-agent.md).',
    since: '0.1.0',
  },
  images: {
    default: {},
    example: { 'shop/web:3': { refresh: 'every 6h' }, 'mariadb:10.11': { keep: true }, 'debian:12': {} },
    env: false,
    format: objectsOf('a map from references of images, each with a tag or a digest, to their options'),
    doc: 'Images that pouchd pulls before a container needs them, by reference. Settings of registries are those of `registries`. See [Host agent](../guides/host-agent.md#images).',
    since: '0.1.0',
  },
  containers: {
    default: {},
    example: { web: { image: 'nginx:1.25', publish: ['8080:80'], restart: 'always' } },
    env: false,
    format: objectsOf('a map from names of containers to their options'),
    doc: 'Containers that pouchd creates, starts and keeps as they are declared, by name, in the options of `pouch run`. See [Host agent](../guides/host-agent.md).',
    since: '0.1.0',
  },
};
