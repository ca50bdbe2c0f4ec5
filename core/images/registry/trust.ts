/** The certificates that a registry is verified by, and those that pouchd shows it, from files of the host. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readSecretFile } from '../../../config/source/secretFile.ts';
import type { RegistriesConfig } from '../../../config/types.ts';
import { messageOf, PouchError } from '../../../hooks/errors.ts';

/** The part of the configuration that names the files. */
export type CertificateConfig = Pick<RegistriesConfig, 'certificates' | 'certificatesDirectory'>;

export interface ClientCertificate {
  /** PEM. */
  readonly certificate: string;
  /** PEM. */
  readonly key: string;
}

export interface RegistryTrust {
  /** PEM; trusted beside those of the host. */
  readonly cas: readonly string[];
  /** Shown to servers of this host name only. */
  readonly clients: readonly ClientCertificate[];
  readonly hostname: string;
}

/**
 * Returns what is set for a registry, else what its directory has, as Docker reads it; undefined without either.
 * @throws PCH_CERTIFICATE_INVALID with the file
 */
export async function readTrust(
  { host, hostname }: { host: string; hostname: string },
  { certificates, certificatesDirectory }: CertificateConfig,
): Promise<RegistryTrust | undefined> {
  const own = certificates[host];
  if (!own) return await readDirectory(join(certificatesDirectory, host), hostname);
  const { ca, certificate, key } = own;
  const setting = `registries.certificates of ${host}`;
  return {
    hostname,
    cas: ca === undefined ? [] : [await readCertificates(ca, setting)],
    clients: certificate && key ? [await readClient(certificate, key, setting)] : [],
  };
}

/** `NAME.crt`: a CA; `NAME.cert` and `NAME.key`: a certificate of this host. */
async function readDirectory(directory: string, hostname: string): Promise<RegistryTrust | undefined> {
  const setting = 'registries.certificatesDirectory';
  const names = await namesIn(directory, setting);
  const pathsOf = (extension: string) =>
    names.filter((name) => name.endsWith(extension)).map((name) => join(directory, name));
  const [cas, certificates] = [pathsOf('.crt'), pathsOf('.cert')];
  if (cas.length + certificates.length === 0) return undefined;
  return {
    hostname,
    cas: await Promise.all(cas.map((path) => readCertificates(path, setting))),
    clients: await Promise.all(
      certificates.map((path) => readClient(path, path.replace(/cert$/, 'key'), setting)),
    ),
  };
}

async function namesIn(directory: string, setting: string): Promise<string[]> {
  try {
    return (await readdir(directory)).toSorted();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw unusable(setting, `expected a readable directory, found ${directory}: ${code ?? messageOf(error)}`);
  }
}

const pem = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

async function readCertificates(path: string, setting: string): Promise<string> {
  const text = await readText(path, setting);
  const blocks = text.match(pem) ?? [];
  if (blocks.length === 0) throw unusable(setting, `expected certificates in PEM, found none in ${path}`);
  const ends = blocks.map((block) => parsed(block, path, setting).validTo);
  // Of several, OpenSSL takes those that are valid.
  if (ends.every((end) => Date.parse(end) < Date.now()))
    throw unusable(setting, `expected a valid certificate, found ${path}, which expired on ${ends[0]}`);
  return blocks.join('\n');
}

function parsed(block: string, path: string, setting: string): X509Certificate {
  try {
    return new X509Certificate(block);
  } catch {
    throw unusable(setting, `expected certificates in PEM, found a damaged one in ${path}`);
  }
}

async function readText(path: string, setting: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const found = code === 'ENOENT' || code === 'ENOTDIR' ? 'no such file' : (code ?? messageOf(error));
    throw unusable(setting, `expected a readable file, found ${path}: ${found}`);
  }
}

async function readClient(path: string, keyPath: string, setting: string): Promise<ClientCertificate> {
  const certificate = await readCertificates(path, setting);
  const read = readSecretFile(keyPath);
  if ('refused' in read) {
    const { expected, found, hint } = read.refused;
    throw unusable(setting, `expected ${expected} with the key of ${path}, found ${found}`, hint);
  }
  checkKey(certificate, read.text, () =>
    unusable(
      setting,
      `expected the private key of ${path} in PEM without a password, found another text in ${keyPath}`,
    ),
  );
  return { certificate, key: read.text };
}

function checkKey(certificate: string, key: string, refused: () => PouchError): void {
  let isOwn: boolean;
  try {
    isOwn = new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key));
  } catch {
    throw refused();
  }
  if (!isOwn) throw refused();
}

function unusable(setting: string, problem: string, hint?: string): PouchError {
  return new PouchError('PCH_CERTIFICATE_INVALID', `${setting}: ${problem}`, {
    hint: hint ?? `correct the file, or ${setting}`,
  });
}
