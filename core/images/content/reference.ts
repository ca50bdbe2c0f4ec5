import { PouchError } from '../../../hooks/errors.ts';

/** The full name of an image. */
export interface Reference {
  /** The registry as users write it: `docker.io`, `127.0.0.1:5000`, `[::1]:5000`. */
  domain: string;
  /** The repository in the registry: `library/debian`. */
  path: string;
  tag?: string;
  digest?: string;
}

/** Characters of the longest repository name that containerd and Docker accept. */
const maxNameLength = 255;

const domainComponent = '[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?';
const domainPattern = new RegExp(
  `^(?:${domainComponent}(?:\\.${domainComponent})*|\\[[0-9a-fA-F:]+\\])(?::[0-9]{1,5})?$`,
);
const pathComponent = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*$/;
const tagPattern = /^\w[\w.-]{0,127}$/;
const digestPattern = /^(?:sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128})$/;
const hexId = /^[0-9a-f]{64}$/;

/** Whether the text is a digest with an algorithm that containerd verifies. */
export function isDigest(text: string): boolean {
  return digestPattern.test(text);
}

/**
 * Parses `[HOST[:PORT]/]NAME[:TAG][@DIGEST]` by Docker's rules: the first part is a host if it has a dot, a colon or an
 * upper-case letter, or is `localhost`; names of `docker.io` get `library/`; without tag and digest the tag is
 * `latest`.
 * @throws PCH_REFERENCE_INVALID
 */
export function parseReference(text: string, defaultDomain = 'docker.io'): Reference {
  const { name, tag, digest } = splitSuffixes(text);
  const { domain, path } = splitDomain(text, name, defaultDomain);
  checkDomain(text, domain);
  checkPath(text, path, domain);
  if (digest !== undefined) return { domain, path, ...(tag !== undefined && { tag }), digest };
  return { domain, path, tag: tag ?? 'latest' };
}

/** Returns the full form. A digest replaces the tag. */
export function formatReference({ domain, path, tag, digest }: Reference): string {
  if (digest !== undefined) return `${domain}/${path}@${digest}`;
  return `${domain}/${path}:${tag ?? 'latest'}`;
}

/** Returns the full form: `docker.io/library/debian:bookworm` for `debian:bookworm`. @throws PCH_REFERENCE_INVALID */
export function normalizeReference(text: string, defaultDomain?: string): string {
  return formatReference(parseReference(text, defaultDomain));
}

/** Returns the short form: `debian:bookworm` for `docker.io/library/debian:bookworm`. */
export function familiarReference(full: string): string {
  return full.replace(/^docker\.io\/(?:library\/)?/, '');
}

/** Returns the repository of a full reference: `docker.io/library/debian`. */
export function repositoryOf(full: string): string {
  return full.replace(/@.*$/, '').replace(/:[^/:]*$/, '');
}

function splitSuffixes(text: string): { name: string; tag: string | undefined; digest: string | undefined } {
  const [rest = '', digest, ...more] = text.split('@');
  if (more.length > 0) throw invalid(text, 'expected at most one "@"');
  if (digest !== undefined && !isDigest(digest)) {
    throw invalid(
      text,
      `invalid digest "${digest}": expected sha256: and 64 hexadecimal digits, or sha384 or sha512`,
    );
  }
  const colon = rest.lastIndexOf(':');
  if (colon <= rest.lastIndexOf('/')) return { name: rest, tag: undefined, digest };
  const tag = rest.slice(colon + 1);
  if (!tagPattern.test(tag))
    throw invalid(text, `invalid tag "${tag}": expected 1 to 128 letters, digits, "_", "." and "-"`);
  return { name: rest.slice(0, colon), tag, digest };
}

function splitDomain(text: string, name: string, defaultDomain: string): { domain: string; path: string } {
  if (name === '') throw invalid(text, 'the name is empty');
  const slash = name.indexOf('/');
  const first = name.slice(0, Math.max(slash, 0));
  const hasDomain = slash > 0 && (/[.:A-Z[]/.test(first) || first === 'localhost');
  const domain = hasDomain ? first : defaultDomain;
  const path = hasDomain ? name.slice(slash + 1) : name;
  if (domain === 'index.docker.io') return { domain: 'docker.io', path: officialPath(path) };
  return { domain, path: domain === 'docker.io' ? officialPath(path) : path };
}

function officialPath(path: string): string {
  return path.includes('/') ? path : `library/${path}`;
}

/** Checks the host of a registry. @throws PCH_REFERENCE_INVALID */
export function parseDomain(domain: string): string {
  checkDomain(domain, domain);
  return domain;
}

function checkDomain(text: string, domain: string): void {
  if (!domainPattern.test(domain)) throw invalid(text, `invalid registry host "${domain}"`);
  const port = /:(\d+)$/.exec(domain)?.[1];
  if (port !== undefined && (Number(port) < 1 || Number(port) > 65535)) {
    throw invalid(text, `invalid port ${port}`);
  }
}

function checkPath(text: string, path: string, domain: string): void {
  if (`${domain}/${path}`.length > maxNameLength) {
    throw invalid(text, `the name is longer than ${maxNameLength} characters`);
  }
  if (hexId.test(path.replace(/^library\//, ''))) {
    throw invalid(text, 'a name of 64 hexadecimal digits is an image id');
  }
  for (const part of path.split('/')) {
    if (pathComponent.test(part)) continue;
    const why = /[A-Z]/.test(part)
      ? 'has upper-case letters'
      : 'has other characters than a-z, 0-9 and single separators . _ -';
    throw invalid(text, `the part "${part}" ${why}`);
  }
}

function invalid(text: string, why: string): PouchError {
  const shown = text.length > 300 ? `${text.slice(0, 300)}…` : text;
  return new PouchError('PCH_REFERENCE_INVALID', `invalid reference format of the image "${shown}": ${why}`, {
    hint: 'use [HOST[:PORT]/]NAME[:TAG][@DIGEST], for example debian:bookworm or registry.example.org:5000/team/app:1.2',
  });
}
