import type { RegistryCertificates, RegistryCredentials } from '../types.ts';
import { type Format, Refusal, show, textFormat } from './format.ts';
import { record } from './record.ts';
import { absolutePath } from './scalar.ts';

const label = '[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?';
const host = new RegExp(`^(${label}(\\.${label})*|\\[[0-9a-fA-F:.]+\\])(:\\d{1,5})?$`);

/** A registry as in an image reference, without a scheme. */
export const registryHost = textFormat<string>({
  expected: 'a registry HOST or HOST:PORT such as registry.example.org:5000',
  json: { type: 'string', pattern: host.source },
  read(text) {
    if (/^https?:\/\//.test(text)) throw new Refusal(`omit the scheme: ${text.replace(/^https?:\/\//, '')}`);
    return host.test(text) ? text : undefined;
  },
});

/** The base URL of a mirror, which serves `/v2/`. */
export const mirrorUrl = textFormat<string>({
  expected: 'a URL such as https://mirror.example.org',
  json: { type: 'string', pattern: '^https?://' },
  read(text) {
    if (!URL.canParse(text)) return undefined;
    const url = new URL(text);
    if (url.protocol !== 'https:' && url.protocol !== 'http:') return undefined;
    if (url.username || url.password)
      throw new Refusal('credentials are not allowed here: put them in the file of registries.dockerConfig');
    if (url.search || url.hash) throw new Refusal('a query and a fragment are not allowed');
    return text.replace(/\/+$/, '');
  },
});

const longestCredential = 65_536;

/** A text that no problem shows. */
function credential(expected: string, isSound: (text: string) => boolean): Format<string> {
  return {
    expected,
    json: { type: 'string', minLength: 1, maxLength: longestCredential },
    decode(raw, report) {
      if (typeof raw === 'string' && raw !== '' && raw.length <= longestCredential && isSound(raw))
        return raw;
      const found = typeof raw === 'string' && raw !== '' ? 'another text' : show(raw || undefined);
      report({ at: [], expected, found });
      return undefined;
    },
    encode: (text) => text,
  };
}

/** What pouchd logs in with. */
export const registryCredentials = record<RegistryCredentials>({
  expected: 'a map with username and password',
  fields: {
    username: {
      format: credential('a name without a colon', (text) => !text.includes(':')),
      doc: 'The user.',
      required: true,
    },
    password: {
      format: credential('a password of at most 64 KiB', () => true),
      doc: 'The password, or a token in its place.',
      required: true,
    },
  },
});

/** What a registry is verified by, and what pouchd shows it. */
export const registryCertificates = record<RegistryCertificates>({
  expected: 'a map with ca, or certificate and key',
  fields: {
    ca: {
      format: absolutePath,
      doc: 'File with CA certificates in PEM, which are trusted beside those of the host.',
    },
    certificate: {
      format: absolutePath,
      doc: 'File with the certificate of this host, for registries that want one. Needs `key`.',
    },
    key: {
      format: absolutePath,
      doc: 'File with its private key, without a password. It belongs to root and nobody else can read it.',
    },
  },
  check(raw, report) {
    if (raw.size === 0) report({ at: [], expected: 'ca, or certificate and key', found: 'an empty map' });
    const given = ['certificate', 'key'].filter((name) => raw.has(name));
    if (given.length === 1)
      report({ at: [given[0]!], expected: 'certificate and key together', found: `${given[0]} alone` });
  },
});
