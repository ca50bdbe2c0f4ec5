/** Requests to the API that must fail, and the same done right. */
import type { ErrorCode } from '../../../../hooks/errors.ts';
import type { TestPouchd } from '../../../support/TestPouchd.ts';
import type { Reply, Request } from './sendRow.ts';

export interface RequestRow {
  title: string;
  bad: Request;
  status: number;
  code: ErrorCode;
  says: RegExp;
  right: Request;
  /** Takes back what `right` has made. */
  undo?(pouchd: TestPouchd, reply: Reply): Promise<unknown>;
}

const ping: Request = { method: 'GET', path: '/_ping' };
const list: Request = { method: 'GET', path: '/containers/json?all=1' };
const body = { Image: 'busybox', Cmd: ['true'], HostConfig: { NetworkMode: 'none' } };

const create = (asked: unknown, query = ''): Request => ({ path: `/containers/create${query}`, body: asked });

const removeIt: RequestRow['undo'] = (pouchd, { json }) =>
  pouchd.client.containers.remove((json as { Id: string }).Id, { force: true });

/** A body of create: wrong in one field. */
function field(title: string, wrong: object, says: RegExp, code: ErrorCode = 'PCH_BAD_REQUEST'): RequestRow {
  const HostConfig = { ...body.HostConfig, ...(wrong as { HostConfig?: object }).HostConfig };
  const bad = create({ ...body, ...wrong, HostConfig });
  const status = code === 'PCH_NOT_SUPPORTED' ? 501 : code === 'PCH_CONTAINER_NOT_FOUND' ? 404 : 400;
  return { title, bad, status, code, says, right: create(body), undo: removeIt };
}

const host = (
  title: string,
  wrong: object,
  says: RegExp,
  code: ErrorCode = 'PCH_OPTION_INVALID',
): RequestRow => field(title, { HostConfig: wrong }, says, code);

const bodies: RequestRow[] = [
  {
    title: 'malformed JSON',
    bad: create('{"Image": "busybox",'),
    status: 400,
    code: 'PCH_BAD_REQUEST',
    says: /not valid JSON/,
    right: create(body),
    undo: removeIt,
  },
  {
    title: 'a list instead of an object',
    bad: create([body]),
    status: 400,
    code: 'PCH_BAD_REQUEST',
    says: /the body must be object/,
    right: create(body),
    undo: removeIt,
  },
  {
    title: 'no body',
    bad: { path: '/containers/create' },
    status: 400,
    code: 'PCH_BAD_REQUEST',
    says: /body/,
    right: create(body),
    undo: removeIt,
  },
  {
    title: 'another content type',
    bad: { ...create(body), headers: { 'Content-Type': 'text/plain' } },
    status: 400,
    code: 'PCH_BAD_REQUEST',
    says: /Content-Type header \(text\/plain\)/,
    right: create(body),
    undo: removeIt,
  },
  {
    title: 'a body of 2 MiB',
    bad: create({ ...body, Labels: { long: 'x'.repeat(2 ** 21) } }),
    status: 413,
    code: 'PCH_BODY_TOO_LARGE',
    says: /larger than 1 MiB/,
    right: create({ ...body, Labels: { long: 'x'.repeat(2 ** 16) } }),
    undo: removeIt,
  },
];

const fields: RequestRow[] = [
  field(
    'a health check of another kind',
    { Healthcheck: { Test: ['HTTP', '/'] } },
    /expected CMD, CMD-SHELL or NONE/,
    'PCH_OPTION_INVALID',
  ),
  field(
    'a health check without a command',
    { Healthcheck: { Test: ['CMD'] } },
    /expected a command after CMD/,
    'PCH_OPTION_INVALID',
  ),
  field('an interval as text', { Healthcheck: { Interval: '1s' } }, /Interval/),
  field(
    'fewer than no retries',
    { Healthcheck: { Test: ['CMD', 'x'], Retries: -1 } },
    /Retries in Healthcheck cannot be negative/,
    'PCH_OPTION_INVALID',
  ),
  field('no image', { Image: undefined }, /Image/),
  field('an empty image', { Image: '' }, /Image/),
  field('a number as the image', { Image: 7 }, /Image must be string/),
  field('a number in the command', { Cmd: ['true', 1] }, /Cmd\[1\] must be string, found 1/),
  field('variables as an object', { Env: { A: 'b' } }, /Env must be array/),
  field('a variable without a name', { Env: ['=x'] }, /NAME=VALUE/, 'PCH_OPTION_INVALID'),
  field('a relative working directory', { WorkingDir: 'x' }, /absolute path/, 'PCH_OPTION_INVALID'),
  field('an unknown stop signal', { StopSignal: 'BOGUS' }, /StopSignal: no signal/, 'PCH_OPTION_INVALID'),
  field(
    'a host name with a line break',
    { Hostname: 'a\nb' },
    /Hostname: expected at most 64/,
    'PCH_OPTION_INVALID',
  ),
  field('a mode without Rich', { RichMode: 'systemd' }, /RichMode: requires Rich/, 'PCH_OPTION_INVALID'),
  host('a port above 65535', { PortBindings: { '80/tcp': [{ HostPort: '70000' }] } }, /1 to 65535/),
  host('an unknown protocol', { PortBindings: { '80/icmp': [{}] } }, /tcp, udp or sctp/),
  host('a mount without a target', { Mounts: [{ Type: 'bind' }] }, /Mounts\[0\]/, 'PCH_BAD_REQUEST'),
  host('an unknown mount type', { Mounts: [{ Type: 'npipe', Target: '/x' }] }, /npipe/, 'PCH_NOT_SUPPORTED'),
  host('a mount above the root', { Binds: ['/etc:/x/../..'] }, /without "\.\."/),
  host('memory as text', { Memory: '64m' }, /HostConfig\.Memory must be integer/, 'PCH_BAD_REQUEST'),
  host('half a byte', { Memory: 64e6 + 0.5 }, /must be integer/, 'PCH_BAD_REQUEST'),
  host('too little memory', { Memory: 1024 }, /at least 6 MiB/),
  host(
    'more CPUs than the host has',
    { NanoCpus: 1e14 },
    /HostConfig\.NanoCpus: expected at most the host's/,
  ),
  host(
    'a rate for no device',
    { BlkioDeviceReadBps: [{ Path: '/dev/nosuch', Rate: 1 }] },
    /HostConfig\.BlkioDeviceReadBps: a block device/,
  ),
  host(
    'an unknown log driver',
    { LogConfig: { Type: 'splunk' } },
    /HostConfig\.LogConfig\.Type: no log driver/,
  ),
  host('an unknown policy', { RestartPolicy: { Name: 'maybe' } }, /RestartPolicy/),
  host('a limit of no name', { Ulimits: [{ Name: 'NO-SUCH', Soft: 1, Hard: 1 }] }, /Ulimits/),
  host('an unknown limit', { Ulimits: [{ Name: 'bogus', Soft: 1, Hard: 1 }] }, /bogus/),
  host(
    'a container’s namespace of nobody',
    { PidMode: 'container:nosuch' },
    /nosuch/,
    'PCH_CONTAINER_NOT_FOUND',
  ),
  {
    title: 'a name that exists',
    bad: create(body, '?name=keep'),
    status: 409,
    code: 'PCH_NAME_IN_USE',
    says: /in use by container [0-9a-f]{12}/,
    right: create(body, '?name=kept'),
    undo: removeIt,
  },
  {
    title: 'a name of other characters',
    bad: create(body, '?name=a%2Fb'),
    status: 400,
    code: 'PCH_NAME_INVALID',
    says: /a\/b/,
    right: create(body, '?name=ab'),
    undo: removeIt,
  },
  {
    title: 'a missing image',
    bad: create({ ...body, Image: 'nosuch:1' }),
    status: 404,
    code: 'PCH_IMAGE_NOT_FOUND',
    says: /No such image/,
    right: create(body),
    undo: removeIt,
  },
  {
    title: 'an image for another platform',
    bad: create(body, '?platform=linux/s390x'),
    status: 404,
    code: 'PCH_PLATFORM_NOT_FOUND',
    says: /linux\/s390x/,
    right: create(body, '?platform=linux/amd64'),
    undo: removeIt,
  },
];

function get(
  path: string,
  status: number,
  code: ErrorCode,
  says: RegExp,
  right: Request = list,
  method = 'GET',
): RequestRow {
  return { title: `${method} ${path.slice(0, 60)}`, bad: { method, path }, status, code, says, right };
}

const post = (path: string, status: number, code: ErrorCode, says: RegExp, right?: Request) =>
  get(path, status, code, says, right, 'POST');

const paths: RequestRow[] = [
  get('/nosuch', 404, 'PCH_PATH_NOT_FOUND', /page not found/, ping),
  get('/v1.43/nosuch', 404, 'PCH_PATH_NOT_FOUND', /page not found/, { method: 'GET', path: '/v1.43/_ping' }),
  get('/v1.99/_ping', 400, 'PCH_BAD_REQUEST', /1\.99 is too new/, ping),
  get('/v1.12/_ping', 400, 'PCH_BAD_REQUEST', /1\.12 is too old/, ping),
  get('/v2.0/_ping', 400, 'PCH_BAD_REQUEST', /too new/, ping),
  get('/containers/create', 404, 'PCH_PATH_NOT_FOUND', /GET \/containers\/create/),
  get('/containers/json', 404, 'PCH_PATH_NOT_FOUND', /PATCH/, list, 'PATCH'),
  get('/images/json', 404, 'PCH_IMAGE_NOT_FOUND', /json/, list, 'DELETE'),
  get(`/containers/${'a'.repeat(2000)}/json`, 404, 'PCH_PATH_NOT_FOUND', /page not found/),
  get('/containers/%2e%2e%2f%2e%2e/json', 404, 'PCH_CONTAINER_NOT_FOUND', /No such container/),
  get('/containers/%zz/json', 404, 'PCH_PATH_NOT_FOUND', /page not found/),
  get('/containers/nosuch/json', 404, 'PCH_CONTAINER_NOT_FOUND', /nosuch/),
  get('/containers/json?filters=x', 400, 'PCH_BAD_REQUEST', /filters/),
  get('/containers/json?filters={"status":[1]}', 400, 'PCH_BAD_REQUEST', /list of strings for status/),
  get('/containers/json?filters={"bogus":["1"]}', 400, 'PCH_OPTION_INVALID', /"bogus"/),
  get('/containers/json?limit=few', 400, 'PCH_BAD_REQUEST', /limit/),
  get('/containers/keep/logs', 400, 'PCH_BAD_REQUEST', /at least one stream/),
  get('/containers/keep/logs?stdout=1&since=soon', 400, 'PCH_BAD_REQUEST', /since/),
  get('/containers/nosuch/stats?stream=0', 404, 'PCH_CONTAINER_NOT_FOUND', /nosuch/),
  get('/containers/keep/checkpoints?dir=/x', 501, 'PCH_NOT_SUPPORTED', /a custom checkpoint directory/),
  get('/containers/nosuch/changes', 404, 'PCH_CONTAINER_NOT_FOUND', /nosuch/),
  get('/images/nosuch/json', 404, 'PCH_IMAGE_NOT_FOUND', /nosuch/),
  get('/volumes/nosuch', 404, 'PCH_VOLUME_NOT_FOUND', /nosuch/),
  get('/networks/nosuch', 404, 'PCH_NETWORK_NOT_FOUND', /nosuch/),
  get('/exec/nosuch/json', 404, 'PCH_EXEC_NOT_FOUND', /nosuch/),
  get('/events?since=soon&until=1', 400, 'PCH_BAD_REQUEST', /since/),
  get('/pouch/containers/nosuch/explain', 404, 'PCH_CONTAINER_NOT_FOUND', /nosuch/),
  get('/info', 404, 'PCH_PATH_NOT_FOUND', /POST \/info/, { method: 'GET', path: '/info' }, 'POST'),
  post('/containers/nosuch/start', 404, 'PCH_CONTAINER_NOT_FOUND', /nosuch/),
  post('/containers/keep/kill?signal=BOGUS', 400, 'PCH_OPTION_INVALID', /BOGUS/),
  post('/containers/keep/stop?t=soon', 400, 'PCH_BAD_REQUEST', /query parameter t/),
  post('/containers/stopped/kill', 409, 'PCH_CONTAINER_NOT_RUNNING', /not running/),
  post('/containers/keep/rename', 400, 'PCH_BAD_REQUEST', /names may be empty/),
  post('/containers/keep/rename?name=stopped', 409, 'PCH_NAME_IN_USE', /stopped/),
  post('/containers/keep/resize?h=x&w=1', 400, 'PCH_BAD_REQUEST', /h/),
  post('/containers/keep/wait?condition=maybe', 400, 'PCH_BAD_REQUEST', /condition/),
  post(
    '/containers/stopped/start?checkpoint=x&checkpoint-dir=/x',
    501,
    'PCH_NOT_SUPPORTED',
    /a custom checkpoint directory/,
  ),
  post('/build?version=2', 501, 'PCH_NOT_SUPPORTED', /session: a build by BuildKit without a session/),
  post('/build?version=2&session=s', 500, 'PCH_TOOL_MISSING', /building with BuildKit: buildkitd/),
  post(
    '/build?remote=https://example.org/a.git',
    501,
    'PCH_NOT_SUPPORTED',
    /remote: a context that pouchd fetches/,
  ),
  post('/build?squash=1', 501, 'PCH_NOT_SUPPORTED', /squash/),
  post('/build?buildargs={', 400, 'PCH_BAD_REQUEST', /buildargs: expected JSON/),
  post('/build?buildargs=[1]', 400, 'PCH_BAD_REQUEST', /buildargs/),
  post('/build?ulimits=[{"Name":"x"}]', 400, 'PCH_BAD_REQUEST', /ulimits/),
  post('/build?memory=much', 400, 'PCH_BAD_REQUEST', /query parameter memory/),
  post('/build?extrahosts=db', 400, 'PCH_BAD_REQUEST', /extrahosts: expected NAME:ADDRESS/),
  post('/build?t=UPPER', 400, 'PCH_REFERENCE_INVALID', /UPPER/),
  post('/build', 400, 'PCH_DOCKERFILE_INVALID', /Cannot locate specified Dockerfile: Dockerfile/),
  post('/build/prune?filters={"nosuch":["x"]}', 400, 'PCH_OPTION_INVALID', /invalid filter 'nosuch'/),
  post('/session', 501, 'PCH_NOT_SUPPORTED', /BuildKit/),
  post('/swarm/init', 501, 'PCH_NOT_SUPPORTED', /Swarm/),
  post('/images/create', 400, 'PCH_BAD_REQUEST', /fromSrc/),
  post('/images/create?fromSrc=ftp://example.org/a.tar', 400, 'PCH_OPTION_INVALID', /http or https URL/),
  post('/images/create?fromSrc=-&changes=RUN+true', 400, 'PCH_BAD_REQUEST', /RUN/),
  post('/images/busybox/tag', 400, 'PCH_BAD_REQUEST', /repo/),
  post('/exec/nosuch/start', 404, 'PCH_EXEC_NOT_FOUND', /nosuch/),
  get('/containers/keep', 409, 'PCH_CONTAINER_RUNNING', /running/, list, 'DELETE'),
  get('/images/busybox', 409, 'PCH_IMAGE_IN_USE', /keep/, list, 'DELETE'),
  get('/volumes/used', 409, 'PCH_CONFLICT', /in use/, list, 'DELETE'),
];

const http = (title: string, raw: string, status: number, says: RegExp): RequestRow => ({
  title,
  bad: { raw },
  status,
  code: 'PCH_BAD_REQUEST',
  says,
  right: ping,
});

const headers: RequestRow[] = [
  http('what is not HTTP', 'SSH-2.0-OpenSSH_9.2\r\n\r\n', 400, /malformed HTTP request/),
  http(
    'headers of 100 KiB',
    `GET /_ping HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(100_000)}\r\n\r\n`,
    431,
    /malformed HTTP request/,
  ),
  http(
    'two lengths of one body',
    'POST /containers/create HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}',
    400,
    /malformed HTTP request/,
  ),
  {
    title: 'a request of a web page',
    bad: { ...list, headers: { Origin: 'http://example.org' } },
    status: 403,
    code: 'PCH_CLIENT_NOT_ALLOWED',
    says: /a web page/,
    right: list,
  },
  {
    title: 'credentials that are no JSON',
    bad: { path: '/images/create?fromImage=x', headers: { 'X-Registry-Auth': 'secret!' } },
    status: 400,
    code: 'PCH_BAD_REQUEST',
    says: /^(?!.*secret).*X-Registry-Auth/,
    right: ping,
  },
  {
    title: 'an update without a body',
    bad: { path: '/containers/keep/update' },
    status: 400,
    code: 'PCH_BAD_REQUEST',
    says: /the body must be/,
    right: { path: '/containers/keep/update', body: {} },
  },
  {
    title: 'an update of a field of the wrong type',
    bad: { path: '/containers/keep/update', body: { Memory: '64m' } },
    status: 400,
    code: 'PCH_BAD_REQUEST',
    says: /Memory must be integer/,
    right: { path: '/containers/keep/update', body: { RestartPolicy: { Name: 'no' } } },
  },
  {
    title: 'a checkpoint without a name',
    bad: { path: '/containers/keep/checkpoints', body: { Exit: false } },
    status: 400,
    code: 'PCH_BAD_REQUEST',
    says: /CheckpointID/,
    right: { method: 'GET', path: '/containers/keep/checkpoints' },
  },
  {
    title: 'an exec without a command',
    bad: { path: '/containers/keep/exec', body: { Cmd: [] } },
    status: 400,
    code: 'PCH_BAD_REQUEST',
    says: /No exec command/,
    right: { path: '/containers/keep/exec', body: { Cmd: ['true'] } },
  },
];

export const requests: RequestRow[] = [...bodies, ...fields, ...paths, ...headers];
