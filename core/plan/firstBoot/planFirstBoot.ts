/** What a container gets at its first start: checks, and what the plan has for it. */
import { masked } from '../../../config/index.ts';
import type { ContainerDraft, DraftFirstBoot } from '../../../hooks/draft.ts';
import { field } from '../../../hooks/fields.ts';
import { invalidField } from '../../../hooks/invalidField.ts';
import type { ContainerRequest, FirstBootRequest } from '../../../hooks/request.ts';
import { zoneName, parseUserData } from '../../contract/firstBoot/userData.ts';
import type { UserData } from '../../contract/firstBoot/types.ts';
import { addCloudInitSeed } from './cloudInit.ts';
import { addCommands } from './commands.ts';

/** What the plan asks of others. */
interface Facts {
  /** Text of a file of the image. */
  readText(path: string): Promise<string>;
  /** Of the host. */
  timezone(): Promise<string | undefined>;
  /** The runtime is a virtual machine, which is closed to pouchd. */
  isVm: boolean;
}

/** @throws PCH_OPTION_INVALID, PCH_NOT_SUPPORTED */
export async function planFirstBoot(
  draft: ContainerDraft,
  request: ContainerRequest,
  facts: Facts,
): Promise<void> {
  const { firstBoot } = draft;
  if (!firstBoot) return;
  checkWritable(draft, firstBoot, facts);
  const { userData, cloudInit } = firstBoot;
  const data = userData !== undefined && !cloudInit ? parseUserData(userData) : undefined;
  await checkUsers(draft, request, { firstBoot, data, facts });
  await setTimezone(draft, firstBoot, { data, facts });
  if (cloudInit) addCloudInitSeed(draft, firstBoot);
  if (data && data.commands.length > 0) await addCommands(draft, data.commands);
}

function checkWritable(draft: ContainerDraft, firstBoot: DraftFirstBoot, { isVm }: Facts): void {
  if (!isVm && !draft.rootfs.readonly) return;
  const [name = 'sshKeys'] = Object.keys(firstBoot) as (keyof FirstBootRequest)[];
  const found = isVm ? `the runtime ${draft.runtime}, a virtual machine` : field('readonlyRootfs');
  throw invalidField(
    `firstBoot.${name}`,
    `expected a root file system that Pouch can write to, found ${found}`,
    `omit it, or ${isVm ? `use another ${field('runtime')}` : field('readonlyRootfs')}`,
  );
}

/** A key for a user that nothing creates would be lost. */
async function checkUsers(
  draft: ContainerDraft,
  request: ContainerRequest,
  { firstBoot, data, facts }: { firstBoot: DraftFirstBoot; data: UserData | undefined; facts: Facts },
): Promise<void> {
  const { sshKeys = [] } = firstBoot;
  if (sshKeys.length === 0 || firstBoot.userData === masked) return;
  const passwd = await facts.readText('/etc/passwd');
  const accounts = new Map(passwd.split('\n').map((line) => [line.split(':', 1)[0], line.split(':')[5]]));
  const created = new Map((data?.users ?? []).map(({ name, home }) => [name, home ?? `/home/${name}`]));
  sshKeys.forEach(({ user }, index) => {
    const home = accounts.get(user) ?? created.get(user);
    if (home === undefined)
      throw invalidField(
        `firstBoot.sshKeys[${index}].user`,
        `expected a user of the image, found no "${user}" in /etc/passwd of ${draft.image.reference}`,
        `name one that exists, or create it with \`users\` in ${field('firstBoot.userData')}`,
      );
    checkHome(request, home, index);
  });
}

/** A directory of the host is not the container's. */
function checkHome({ volumes = [] }: ContainerRequest, home: string, index: number): void {
  const keysDirectory = `${home.replace(/\/$/, '')}/.ssh`;
  const bind = volumes.find(
    ({ kind, destination }) =>
      kind === 'bind' && `${keysDirectory}/`.startsWith(`${destination.replace(/\/$/, '')}/`),
  );
  if (!bind) return;
  throw invalidField(
    `firstBoot.sshKeys[${index}].user`,
    `expected ${keysDirectory} in the container or in a volume, found the host's directory that is mounted at ${bind.destination}`,
    'write the key into that directory, or use a volume',
  );
}

/** That of the request wins. */
async function setTimezone(
  draft: ContainerDraft,
  firstBoot: DraftFirstBoot,
  { data, facts }: { data: UserData | undefined; facts: Facts },
): Promise<void> {
  const asked = firstBoot.timezone ?? data?.timezone;
  if (asked === undefined) return;
  const isOption = firstBoot.timezone !== undefined;
  const path = isOption ? 'firstBoot.timezone' : 'firstBoot.userData';
  const zone = asked === 'local' ? await facts.timezone() : asked;
  const isName = zone !== undefined && zoneName.form.test(zone);
  const found = isName ? await draft.image.stat(`/usr/share/zoneinfo/${zone}`) : undefined;
  if (found?.kind !== 'file')
    throw invalidField(
      path,
      `expected ${zoneName.expected} that the image has in /usr/share/zoneinfo, found ${zone === undefined ? 'no time zone of the host' : `"${zone.slice(0, 100)}"`}`,
      'choose another one, or add the package tzdata to the image',
    );
  draft.firstBoot = { ...firstBoot, timezone: zone! };
}
