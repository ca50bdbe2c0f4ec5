/** Other commands than run, over the containers `keep` (runs, uses the volume `used`) and `stopped` (never ran). */
import type { ErrorCode } from '../../../../hooks/errors.ts';
import { type CommandRow, words } from './rows.ts';

type Words = string | readonly string[];

function row(bad: Words, right: Words, code: ErrorCode, says: RegExp, exit = 1): CommandRow {
  return { bad: words(bad), right: words(right), code, says, exit };
}

/** Done right it changes something, which the next of its kind takes back. */
const changing = (call: CommandRow): CommandRow => ({ ...call, changes: true });

const missing = (verb: string, right: string) =>
  row(`${verb} nosuch`, right, 'PCH_CONTAINER_NOT_FOUND', /No such container: nosuch/);

const option = (bad: Words, right: Words, says: RegExp, exit = 1) =>
  row(bad, right, 'PCH_OPTION_INVALID', says, exit);

export const lifecycle: CommandRow[] = [
  missing('start', 'start keep'),
  missing('stop', 'stop stopped'),
  missing('restart -t 0', 'ps'),
  missing('kill', 'kill -s CONT keep'),
  missing('rm', 'ps'),
  missing('logs', 'logs keep'),
  missing('attach', 'ps'),
  missing('wait', 'ps'),
  missing('top', 'top keep'),
  missing('port', 'port keep'),
  missing('explain', 'explain keep'),
  missing('update -m 64m', 'update -m 64m keep'),
  missing('stats --no-stream', 'stats --no-stream keep'),
  missing('checkpoint ls', 'checkpoint ls keep'),
  changing(row('rename nosuch other', 'rename keep keep2', 'PCH_CONTAINER_NOT_FOUND', /nosuch/)),
  changing(
    row('rename keep2 stopped', 'rename keep2 keep', 'PCH_NAME_IN_USE', /"stopped" is already in use/),
  ),
  row('rename keep bad/name', 'ps', 'PCH_NAME_INVALID', /bad\/name/),
  changing(row('pause stopped', 'pause keep', 'PCH_CONFLICT', /cannot pause stopped/)),
  changing(row('exec keep true', 'unpause keep', 'PCH_CONFLICT', /paused/)),
  row('unpause keep', 'ps', 'PCH_CONFLICT', /cannot unpause keep/),
  row('kill stopped', 'ps', 'PCH_CONTAINER_NOT_RUNNING', /not running/),
  row(
    'attach stopped',
    'ps',
    'PCH_CONTAINER_NOT_RUNNING',
    /cannot attach to container stopped: it is not running/,
  ),
  row('top stopped', 'top keep', 'PCH_CONTAINER_NOT_RUNNING', /not running/),
  row('rm keep', 'ps', 'PCH_CONTAINER_RUNNING', /running container keep/),
  option('stop -t soon stopped', 'stop -t 1 stopped', /--time/),
  option('kill -s BOGUS keep', 'kill -s SIGCONT keep', /no signal is named "BOGUS"/),
  option('kill -s 99 keep', 'kill -s 18 keep', /no signal is named "99"/),
  option('logs --tail few keep', 'logs --tail 1 keep', /--tail/),
  option('logs --since yesterday keep', 'logs --since 10m keep', /--since/),
  option('port keep 80/tcp', 'port keep', /not published/),
  option('explain --format bogus keep', 'explain --format json keep', /table or json/),
];

export const updates: CommandRow[] = [
  option('update keep', 'update -m 64m keep', /at least one option/),
  option('update -m', 'update -m 64m keep', /argument missing/),
  option('update -m lots keep', 'update -m 64m keep', /a size such as/),
  option('update -m 1k keep', 'update -m 64m keep', /at least 6 MiB/),
  option('update -m 64m --memory-swap 32m keep', 'update -m 64m --memory-swap 96m keep', /--memory-swap/),
  option(
    'update --memory-swap 64m stopped',
    'update -m 64m --memory-swap 64m stopped',
    /--memory-swap: expected a memory limit beside it/,
  ),
  option(
    'update --memory-reservation 80m keep',
    'update --memory-reservation 32m keep',
    /at most the memory limit/,
  ),
  option('update --cpus 4096 keep', 'update --cpus 1 keep', /at most the host's/),
  option(
    'update --cpus 1 --cpu-quota 5000 keep',
    'update --cpu-quota 5000 keep',
    /--cpus: expected either this or --cpu-quota and --cpu-period/,
  ),
  option('update --cpu-quota 5 keep', 'update --cpu-quota -1 keep', /at least 1000 microseconds/),
  option('update --cpuset-cpus 0-999 keep', 'update --cpuset-cpus 0 keep', /the host has/),
  option('update --cpuset-cpus x keep', 'update --cpuset-cpus 0 keep', /a list such as/),
  option('update --blkio-weight 5 stopped', 'update --blkio-weight 0 stopped', /10 to 1000/),
  option('update --pids-limit few keep', 'update --pids-limit -1 keep', /--pids-limit/),
  option('update --env =x keep', 'update --env A=x keep', /NAME=VALUE/),
  option('update --env-rm A=x keep', 'update --env-rm A keep', /--env-rm: expected a name/),
  option('update --label-rm a=b keep', 'update --label-rm a keep', /--label-rm: expected a name/),
  option('update --annotation a keep', 'update --annotation a=b keep', /--annotation: expected KEY=VALUE/),
  option('update --restart maybe keep', 'update --restart no keep', /no, always/),
  option(
    'stats --no-stream --format {{.Bogus}} keep',
    'stats --no-stream --format {{.Name}} keep',
    /one of .*CPUPerc/,
  ),
];

export const checkpoints: CommandRow[] = [
  row('checkpoint create stopped one', 'checkpoint ls stopped', 'PCH_CONTAINER_NOT_RUNNING', /not running/),
  row('checkpoint create keep a/b', 'checkpoint ls keep', 'PCH_NAME_INVALID', /a\/b/),
  row('checkpoint rm keep nosuch', 'checkpoint ls keep', 'PCH_CHECKPOINT_NOT_FOUND', /"nosuch"/),
  row('start --checkpoint nosuch stopped', 'checkpoint ls stopped', 'PCH_CHECKPOINT_NOT_FOUND', /"nosuch"/),
  row('start --checkpoint nosuch keep', 'start keep', 'PCH_CONTAINER_RUNNING', /it is running/),
  option(
    'start --checkpoint one -a stopped',
    'checkpoint ls stopped',
    /--checkpoint and -a or -i exclude each other/,
  ),
  option('checkpoint create keep', 'checkpoint ls keep', /missing required argument/),
];

export const execs: CommandRow[] = [
  row('exec nosuch true', 'exec keep true', 'PCH_CONTAINER_NOT_FOUND', /nosuch/),
  row('exec stopped true', 'exec keep true', 'PCH_CONTAINER_NOT_RUNNING', /not running/),
  row('exec keep nosuch', 'exec keep true', 'PCH_COMMAND_NOT_FOUND', /"nosuch"/, 127),
  row('exec keep /etc/passwd', 'exec keep true', 'PCH_COMMAND_NOT_EXECUTABLE', /"\/etc\/passwd"/, 126),
  row('exec -u nobodyhere keep true', 'exec -u nobody keep true', 'PCH_USER_NOT_FOUND', /nobodyhere/, 126),
  option('exec -w rel keep true', 'exec -w /etc keep true', /--workdir: expected an absolute path/),
  option(
    'exec -w /nosuch keep true',
    'exec -w / keep true',
    /working directory \/nosuch is not a directory in/,
  ),
  option('exec -e =x keep true', 'exec -e X=x keep true', /NAME=VALUE/, 125),
  option('exec keep', 'exec keep true', /missing required argument/, 125),
  option('exec -it keep true', 'exec keep true', /the input device is not a TTY/, 125),
];

export const objects: CommandRow[] = [
  row('inspect nosuch', 'inspect keep', 'PCH_NOT_FOUND', /"nosuch"/),
  row('image inspect nosuch', 'image inspect busybox', 'PCH_IMAGE_NOT_FOUND', /nosuch/),
  row('history nosuch', 'history busybox', 'PCH_IMAGE_NOT_FOUND', /nosuch/),
  row('rmi nosuch', 'images', 'PCH_IMAGE_NOT_FOUND', /nosuch/),
  row('rmi busybox', 'images', 'PCH_IMAGE_IN_USE', /keep, stopped/),
  changing(row('tag nosuch x:y', 'tag busybox x:y', 'PCH_IMAGE_NOT_FOUND', /nosuch/)),
  changing(row('tag x:y BAD:ref', 'rmi x:y', 'PCH_REFERENCE_INVALID', /upper-case/)),
  row('pull BAD', 'images', 'PCH_REFERENCE_INVALID', /upper-case/),
  row('save nosuch', 'images', 'PCH_IMAGE_NOT_FOUND', /nosuch/),
  option('save -o /nosuch/dir/x busybox', 'images', /cannot write "\/nosuch\/dir\/x"/),
  option('load -i /nosuch', 'images', /cannot read "\/nosuch"/),
  option('load -i /tmp', 'images', /cannot read "\/tmp": is a directory/),
  row('load -i /etc/passwd', 'images', 'PCH_ARCHIVE_INVALID', /invalid image archive/),
  row('load -i /dev/null', 'images', 'PCH_ARCHIVE_INVALID', /archive/),
  option('image bootstrap debian', 'images', /found no tag in "debian"/),
  option(['image', 'bootstrap', 'debian:bookworm', '--include', 'bad pkg;rm'], 'images', /package name/),
  row('volume inspect nosuch', 'volume inspect used', 'PCH_VOLUME_NOT_FOUND', /nosuch/),
  changing(row('volume rm nosuch', 'volume create some', 'PCH_VOLUME_NOT_FOUND', /nosuch/)),
  changing(row('volume rm used', 'volume rm some', 'PCH_CONFLICT', /in use by keep/)),
  option('volume create a/b', 'volume ls', /invalid volume name "a\/b"/),
  option('volume create a', 'volume ls', /2 to 128/),
];

export const lists: CommandRow[] = [
  option('frobnicate', 'ps', /unknown command 'frobnicate'/),
  option('container bogus', 'container ls', /unknown command 'bogus'/),
  option('ps extra', 'ps', /too many arguments/),
  option('rm', 'ps', /missing required argument/),
  option('ps --filter bogus=1', 'ps --filter status=exited', /no filter is named "bogus"/),
  option('ps --filter status=bogus', 'ps --filter status=exited', /filter status: expected/),
  option('ps --filter name=(', 'ps --filter name=keep', /a regular expression/),
  option('ps --filter x', 'ps', /KEY=VALUE/),
  option('ps --format {{.ID', 'ps --format {{.ID}}', /a }} for every/),
  option('ps -n x', 'ps -n 1', /--last/),
  option('images --filter bogus=1', 'images --filter dangling=false', /bogus/),
  option('volume ls --filter bogus=1', 'volume ls', /bogus/),
  option('events --since soon --until 0s', 'events --since 1s --until 0s', /--since/),
  option('version --bogus', 'version', /unknown option/),
  option('completion tcsh', 'completion bash', /bash, zsh, fish/),
];

export const plans: CommandRow[] = [
  row('plan run nosuch true', 'plan run busybox true', 'PCH_IMAGE_NOT_FOUND', /nosuch/),
  option('plan run --memory 1k busybox', 'plan run --memory 64m busybox', /at least 6 MiB/),
  option('plan run --format bogus busybox', 'plan run --format json busybox', /diff or json/),
  row('create --name keep busybox', 'ps', 'PCH_NAME_IN_USE', /"keep" is already in use/, 125),
];
