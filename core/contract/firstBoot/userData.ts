/** The part of cloud-init's user data that Pouch applies in images without cloud-init. */
import { parseDocument } from 'yaml';
import { masked } from '../../../config/index.ts';
import { commandAt, fileAt } from './files.ts';
import { eachAt, invalidUserData, mapAt, optionalText } from './readers.ts';
import type { UserData } from './types.ts';
import { groupAt, keyAt, userAt } from './users.ts';

/** Bytes, as clouds have it. */
export const longestUserData = 512 * 1024;

const known = [
  ...['hostname', 'fqdn', 'timezone', 'locale', 'groups', 'users', 'ssh_authorized_keys'],
  ...['write_files', 'runcmd'],
];

const name = { form: /^[A-Za-z0-9._-]+$/, expected: 'a host name' };
/** Of a file below /usr/share/zoneinfo. */
export const zoneName = {
  form: /^[A-Za-z0-9_+-]+(\/[A-Za-z0-9_+-]+){0,2}$/,
  expected: 'a zone such as Europe/Berlin',
};
const localeName = { form: /^[A-Za-z0-9_.@-]+$/, expected: 'a locale such as en_US.UTF-8' };

/** @throws PCH_OPTION_INVALID, with the key at fault, for what is not in the subset */
export function parseUserData(text: string): UserData {
  // A recording has no secrets, and is planned again.
  const members = text === masked ? {} : mapAt(yamlOf(text) ?? {}, '', known);
  const users = eachAt(members, 'users', '', userAt);
  const [host, ...domain] = (optionalText(members, 'fqdn', '', name) ?? '').split('.');
  const hostname = optionalText(members, 'hostname', '', name) ?? (host || undefined);
  const timezone = optionalText(members, 'timezone', '', zoneName);
  const locale = optionalText(members, 'locale', '', localeName);
  return {
    ...(hostname !== undefined && { hostname }),
    ...(domain.length > 0 && { domainname: domain.join('.') }),
    ...(timezone !== undefined && { timezone }),
    ...(locale !== undefined && { locale }),
    groups: eachAt(members, 'groups', '', groupAt),
    users: users.map(({ user }) => user),
    keys: users.flatMap(({ keys }) => keys),
    defaultKeys: eachAt(members, 'ssh_authorized_keys', '', keyAt),
    files: eachAt(members, 'write_files', '', fileAt),
    commands: eachAt(members, 'runcmd', '', commandAt),
  };
}

function yamlOf(text: string): unknown {
  if (!/^#cloud-config\s*$/m.test(text.split('\n', 1)[0] ?? ''))
    throw invalidUserData(
      '',
      'expected #cloud-config as the first line, found another one',
      'scripts and other forms of user data need an image that has cloud-init',
    );
  const document = parseDocument(text, { version: '1.1', logLevel: 'silent', prettyErrors: true });
  const [error] = document.errors;
  if (error)
    throw invalidUserData(
      error.linePos ? `line ${error.linePos[0].line}, column ${error.linePos[0].col}` : '',
      `expected YAML, found a mistake (${error.code})`,
    );
  try {
    return document.toJS();
  } catch {
    throw invalidUserData('', 'expected YAML, found an alias without an anchor, or too many aliases');
  }
}
