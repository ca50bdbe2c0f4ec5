/**
 * Programs that keep credentials for the docker CLI: `docker-credential-NAME get|store|erase`, with JSON on stdin and
 * stdout (docker-credential-helpers).
 */
import { spawn } from 'node:child_process';
import { CliError } from '../errors.ts';

/** Milliseconds; a helper may ask its user to unlock a store. */
const deadlineMs = 60_000;

/** Bytes of output. */
const maxOutput = 1 << 20;

/** The user name of credentials that are an identity token. */
const tokenUser = '<token>';

export interface HelperCredentials {
  username: string;
  /** A password, or an identity token. */
  secret: string;
  isToken: boolean;
}

/** Returns undefined if the helper has none for the server. @throws CliError PCH_CREDENTIALS_INVALID */
export async function getFromHelper(name: string, server: string): Promise<HelperCredentials | undefined> {
  const { code, output } = await call(name, 'get', server);
  if (code !== 0) {
    if (/credentials not found/i.test(output)) return undefined;
    throw failed(name, 'get', output);
  }
  const { Username: username, Secret: secret } = fieldsOf(name, output);
  if (typeof username !== 'string' || typeof secret !== 'string') throw failed(name, 'get', 'no credentials');
  return { username, secret, isToken: username === tokenUser };
}

/** @throws CliError PCH_CREDENTIALS_INVALID */
export async function storeInHelper(
  name: string,
  server: string,
  { username, secret, isToken }: HelperCredentials,
): Promise<void> {
  const given = { ServerURL: server, Username: isToken ? tokenUser : username, Secret: secret };
  const { code, output } = await call(name, 'store', JSON.stringify(given));
  if (code !== 0) throw failed(name, 'store', output);
}

/** @throws CliError PCH_CREDENTIALS_INVALID */
export async function eraseFromHelper(name: string, server: string): Promise<void> {
  const { code, output } = await call(name, 'erase', server);
  if (code !== 0 && !/credentials not found/i.test(output)) throw failed(name, 'erase', output);
}

function call(name: string, verb: string, input: string): Promise<{ code: number; output: string }> {
  if (!/^[\w.-]+$/.test(name))
    throw new CliError('PCH_CREDENTIALS_INVALID', `invalid name of a credential helper: "${name}"`);
  return new Promise((resolve, reject) => {
    const helper = spawn(`docker-credential-${name}`, [verb], {
      stdio: ['pipe', 'pipe', 'inherit'],
      timeout: deadlineMs,
      killSignal: 'SIGKILL',
    });
    let output = '';
    helper.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      if (output.length > maxOutput) helper.kill('SIGKILL');
    });
    helper.once('error', (error) => reject(failed(name, verb, error.message)));
    helper.once('close', (code) => resolve({ code: code ?? 1, output }));
    // A helper that does not read its input ends with a status.
    helper.stdin.on('error', () => undefined);
    helper.stdin.end(input);
  });
}

function fieldsOf(name: string, output: string): Record<string, unknown> {
  try {
    return JSON.parse(output) as Record<string, unknown>;
  } catch {
    // The parser's message would quote the output, which has a secret.
    throw failed(name, 'get', 'its output is not JSON');
  }
}

function failed(name: string, verb: string, why: string): CliError {
  return new CliError(
    'PCH_CREDENTIALS_INVALID',
    `docker-credential-${name} ${verb} failed: ${why.trim().slice(0, 200)}`,
    'install the helper, or correct credsStore and credHelpers of the docker config file',
  );
}
