import type { ContainerDraft } from '../../../hooks/draft.ts';
import { field, type FieldPath } from '../../../hooks/fields.ts';
import { invalidField } from '../../../hooks/invalidField.ts';
import { markSecret } from '../../../hooks/markSecret.ts';
import type { ContainerRequest, FirstBootRequest } from '../../../hooks/request.ts';
import { sshKeyProblem } from '../../../hooks/sshKey.ts';
import { longestUserData, parseUserData } from '../../contract/firstBoot/userData.ts';
import { userName } from '../../contract/firstBoot/readers.ts';
import { checkHostname } from './hostname.ts';

const mostKeys = 500;

/** An image that has it gets user data as it is. */
const cloudInitPath = '/usr/bin/cloud-init';

const sshdConfig = '/etc/ssh/sshd_config';

/**
 * Adds what the container gets at its first start to the draft. User data may have hashes of passwords, so it is a
 * secret.
 * @throws PCH_OPTION_INVALID
 */
export async function applyFirstBoot(draft: ContainerDraft, request: ContainerRequest): Promise<void> {
  const { firstBoot } = request;
  if (!firstBoot || Object.keys(firstBoot).length === 0) return;
  checkKeys(firstBoot.sshKeys ?? []);
  await checkPort(draft, firstBoot.sshPort);
  for (const name of ['userData', 'metaData', 'networkConfig'] as const) {
    if (firstBoot[name] === undefined) continue;
    checkLength(name, firstBoot[name]);
    markSecret(draft, `firstBoot.${name}`);
  }
  const cloudInit = (await draft.image.stat(cloudInitPath)) !== undefined;
  draft.firstBoot = { ...firstBoot, ...(cloudInit && { cloudInit }) };
  if (!cloudInit) applyBuiltIn(draft, request, firstBoot);
}

function checkKeys(keys: NonNullable<FirstBootRequest['sshKeys']>): void {
  if (keys.length > mostKeys) throw invalidKey('sshKeys', `at most ${mostKeys} keys, found ${keys.length}`);
  keys.forEach(({ user, key }, index) => {
    if (!userName.form.test(user))
      throw invalidKey(`sshKeys[${index}].user`, `${userName.expected}, found another text`);
    const problem = sshKeyProblem(key);
    if (problem !== undefined) throw invalidKey(`sshKeys[${index}].key`, `a public ssh key, ${problem}`);
  });
}

async function checkPort({ image }: ContainerDraft, port: number | undefined): Promise<void> {
  if (port === undefined) return;
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw invalidField(
      'firstBoot.sshPort',
      `expected a port from 1 to 65535, found ${port}`,
      'choose another one',
    );
  if ((await image.stat(sshdConfig)) !== undefined) return;
  throw invalidField(
    'firstBoot.sshPort',
    `expected an image with an sshd, found no ${sshdConfig} in ${image.reference}`,
    'add the package openssh-server to the image, or leave it out',
  );
}

function invalidKey(path: string, problem: string): Error {
  const hint = 'give the content of a file such as id_ed25519.pub';
  return invalidField(`firstBoot.${path}` as FieldPath, `expected ${problem}`, hint);
}

function checkLength(name: 'userData' | 'metaData' | 'networkConfig', text: string): void {
  const bytes = Buffer.byteLength(text);
  if (bytes > longestUserData)
    throw invalidField(
      `firstBoot.${name}`,
      `expected at most ${longestUserData} bytes, found ${bytes}`,
      'move files into the image or a volume',
    );
}

/** The subset of cloud-init that Pouch applies. A host name of the request wins. */
function applyBuiltIn(draft: ContainerDraft, request: ContainerRequest, firstBoot: FirstBootRequest): void {
  const needs = (['metaData', 'networkConfig'] as const).find((name) => firstBoot[name] !== undefined);
  if (needs)
    throw invalidField(
      `firstBoot.${needs}`,
      `expected an image with ${cloudInitPath}, found none in ${draft.image.reference}`,
      `leave it out; ${field('firstBoot.userData')} works without cloud-init, too`,
    );
  if (firstBoot.userData === undefined) return;
  const { hostname, domainname } = parseUserData(firstBoot.userData);
  if (hostname !== undefined && !request.hostname) {
    draft.hostname = checkHostname('hostname', hostname);
    draft.process.env['HOSTNAME'] = hostname;
  }
  if (domainname !== undefined && !request.domainname)
    draft.domainname = checkHostname('domainname', domainname);
}
