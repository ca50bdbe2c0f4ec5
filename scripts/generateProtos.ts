/**
 * Generates TypeScript from the .proto files of core/containerd with buf and ts-proto from npm, offline.
 *
 * Does nothing if a stamp of the inputs has not changed.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const protos = join(root, 'core/containerd/protos');
const out = join(root, 'core/containerd/gen');
const stampFile = join(out, '.stamp');

/** ts-proto's options: `const` enums, and imports that Node, tsx and tsc resolve. */
const tsProtoOptions = [
  'env=node',
  'outputServices=grpc-js',
  'outputJsonMethods=false',
  'enumsAsLiterals=true',
  'esModuleInterop=true',
  'importSuffix=.ts',
  'useExactTypes=false',
  'useJsTypeOverride=true',
  'annotateFilesWithVersion=false',
];

const require = createRequire(import.meta.url);

function packageDir(name: string): string {
  return dirname(require.resolve(`${name}/package.json`));
}

function protoFiles(): string[] {
  const names = readdirSync(protos, { recursive: true, encoding: 'utf8' });
  return names.filter((name) => name.endsWith('.proto')).sort();
}

function stamp(): string {
  const hash = createHash('sha256').update(JSON.stringify(tsProtoOptions));
  for (const name of ['ts-proto', '@bufbuild/buf'])
    hash.update(readFileSync(join(packageDir(name), 'package.json')));
  for (const name of protoFiles()) hash.update(name).update(readFileSync(join(protos, name)));
  return hash.digest('hex');
}

function isCurrent(wanted: string): boolean {
  return existsSync(stampFile) && readFileSync(stampFile, 'utf8') === wanted;
}

function runBuf(into: string): void {
  const template = JSON.stringify({
    version: 'v2',
    plugins: [
      {
        local: [process.execPath, join(packageDir('ts-proto'), 'protoc-gen-ts_proto')],
        out: into,
        opt: tsProtoOptions,
        include_imports: true,
        include_wkt: true,
      },
    ],
  });
  const buf = join(packageDir('@bufbuild/buf'), 'bin/buf');
  const ran = spawnSync(process.execPath, [buf, 'generate', protos, '--template', template], {
    stdio: 'inherit',
    timeout: 60_000,
  });
  if (ran.error) throw ran.error;
  if (ran.status !== 0) throw new Error(`buf generate exited with ${ran.status ?? ran.signal}`);
}

/** Generates into a temporary directory and swaps, so that a failure keeps the old output. */
function generate(wanted: string): void {
  const fresh = `${out}.${process.pid}`;
  mkdirSync(fresh, { recursive: true });
  try {
    runBuf(fresh);
    writeFileSync(join(fresh, '.stamp'), wanted);
    rmSync(out, { recursive: true, force: true });
    renameSync(fresh, out);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

const wanted = stamp();
if (!isCurrent(wanted)) generate(wanted);
