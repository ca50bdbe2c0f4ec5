/** moby.buildkit.v1.SolveRequest: what Pouch changes in those of clients, and its own. */
import type { SessionBuild } from '../../hooks/index.ts';
import { prefixed } from './buildctlArguments.ts';
import { encode, type Fields, mapFields, Message } from './wire.ts';
import { frontendOf } from './wishes.ts';

const field = {
  ref: 1,
  exporterDeprecated: 3,
  exporterAttrsDeprecated: 4,
  session: 5,
  frontend: 6,
  frontendAttrs: 7,
  sourcePolicy: 12,
  exporters: 13,
} as const;

/** The exporter of dockerd: into its own images. */
const ofDocker = 'moby';
const toContent = { 'oci-mediatypes': 'false', compression: 'uncompressed' };

export interface ReadRequest {
  /** What buildkitd gets. */
  request: Buffer;
  ref: string;
  /** Names of the image, if Pouch gets it. */
  names: string[] | undefined;
  session: string;
}

/**
 * The request of a client as buildkitd can do it: images for the engine stay in its content store, from where Pouch
 * takes them; images of this host are not pulled.
 */
export function readSolveRequest(bytes: Buffer, policy: Buffer): ReadRequest {
  const message = new Message(bytes);
  const listed = message.all(field.exporters).map((one) => {
    const exporter = new Message(one);
    return { type: exporter.text(1), attrs: exporter.map(2) };
  });
  const only = {
    type: message.text(field.exporterDeprecated),
    attrs: message.map(field.exporterAttrsDeprecated),
  };
  const exporters = listed.length > 0 ? listed : only.type === '' ? [] : [only];
  const own = exporters.find(({ type }) => type === ofDocker);
  const replaced = own ? [field.exporterDeprecated, field.exporterAttrsDeprecated, field.exporters] : [];
  // A client with a policy of its own keeps it, and `--pull` means registries.
  const ownPolicy =
    message.all(field.sourcePolicy).length > 0 ||
    message.map(field.frontendAttrs)['image-resolve-mode'] === 'pull';
  const added: Fields = [
    ...(own ? exporterFields({ ...own.attrs, ...toContent }) : []),
    ...(ownPolicy ? [] : [[field.sourcePolicy, policy] as const]),
  ];
  return {
    request: Buffer.concat([message.without(replaced), encode(added)]),
    ref: message.text(field.ref),
    names: own && namesOf(own.attrs),
    session: message.text(field.session),
  };
}

function namesOf({ name = '' }: Record<string, string>): string[] {
  return name
    .replace(/^"(.*)"$/, '$1')
    .split(',')
    .map((one) => one.trim())
    .filter(Boolean);
}

/** Of both kinds, for any version of BuildKit. */
function exporterFields({ name: _name, ...attrs }: Record<string, string>): Fields {
  const exporter = encode([[1, 'image'], ...mapFields(2, attrs)]);
  return [
    [field.exporterDeprecated, 'image'],
    ...mapFields(field.exporterAttrsDeprecated, attrs),
    [field.exporters, exporter],
  ];
}

/** As dockerd asks its BuildKit for a `POST /build?version=2`. */
export function sessionRequest(build: SessionBuild, ref: string, policy: Buffer): Buffer {
  const { session, remote, dockerfile, target, platform, noCache, pull, cacheFrom } = build;
  const frontend = {
    ...(remote !== undefined && { context: remote }),
    ...(dockerfile !== undefined && { filename: dockerfile }),
    ...(target !== undefined && { target }),
    ...(platform !== undefined && { platform }),
    ...(noCache && { 'no-cache': '' }),
    'image-resolve-mode': pull ? 'pull' : 'default',
    ...(cacheFrom.length > 0 && { 'cache-from': cacheFrom.join(',') }),
    ...frontendOf(build.wishes, build.extraHosts),
    ...prefixed('build-arg:', build.buildArgs),
    ...prefixed('label:', build.labels),
  };
  return encode([
    [field.ref, ref],
    ...exporterFields(toContent),
    [field.session, session],
    [field.frontend, 'dockerfile.v0'],
    ...mapFields(field.frontendAttrs, frontend).map(([, value]) => [field.frontendAttrs, value] as const),
    ...(pull ? [] : [[field.sourcePolicy, policy] as const]),
  ]);
}
