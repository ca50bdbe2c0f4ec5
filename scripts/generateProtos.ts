/**
 * Generates TypeScript from the .proto files of core/containerd and plugins/nri with buf and ts-proto from npm,
 * offline.
 *
 * Does nothing where a stamp of the inputs has not changed.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
/** ts-proto's options: `const` enums, and imports that Node, tsx and tsc resolve. */
const tsProtoOptions = [
  'env=node',
  'outputJsonMethods=false',
  'enumsAsLiterals=true',
  'esModuleInterop=true',
  'importSuffix=.ts',
  'useExactTypes=false',
  'useJsTypeOverride=true',
  'annotateFilesWithVersion=false',
];

/** Where .proto files are, where the code goes, and options for it. */
interface Generated {
  readonly protos: string;
  readonly out: string;
  readonly options: readonly string[];
}

const all: readonly Generated[] = [
  {
    protos: join(root, 'core/containerd/protos'),
    out: join(root, 'core/containerd/gen'),
    options: [...tsProtoOptions, 'outputServices=grpc-js'],
  },
  {
    protos: join(root, 'plugins/nri/protos'),
    out: join(root, 'plugins/nri/gen'),
    // Unlimited is 2^64 - 1. What a newer plugin asks for must not be lost unseen.
    options: [...tsProtoOptions, 'outputServices=none', 'forceLong=bigint', 'unknownFields=true'],
  },
];

const require = createRequire(import.meta.url);

function packageDir(name: string): string {
  return dirname(require.resolve(`${name}/package.json`));
}

function protoFiles({ protos }: Generated): string[] {
  const names = readdirSync(protos, { recursive: true, encoding: 'utf8' });
  return names.filter((name) => name.endsWith('.proto')).sort();
}

function stamp(one: Generated): string {
  const hash = createHash('sha256').update(JSON.stringify(one.options));
  for (const name of ['ts-proto', '@bufbuild/buf'])
    hash.update(readFileSync(join(packageDir(name), 'package.json')));
  for (const name of protoFiles(one)) hash.update(name).update(readFileSync(join(one.protos, name)));
  return hash.digest('hex');
}

function isCurrent({ out }: Generated, wanted: string): boolean {
  const stampFile = join(out, '.stamp');
  return existsSync(stampFile) && readFileSync(stampFile, 'utf8') === wanted;
}

function runBuf({ protos, options }: Generated, into: string): void {
  const template = JSON.stringify({
    version: 'v2',
    plugins: [
      {
        local: [process.execPath, join(packageDir('ts-proto'), 'protoc-gen-ts_proto')],
        out: into,
        opt: options,
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
function generate(one: Generated, wanted: string): void {
  const { out } = one;
  const fresh = `${out}.${process.pid}`;
  mkdirSync(fresh, { recursive: true });
  try {
    runBuf(one, fresh);
    writeFileSync(join(fresh, '.stamp'), wanted);
    rmSync(out, { recursive: true, force: true });
    renameSync(fresh, out);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

for (const one of all) {
  const wanted = stamp(one);
  if (!isCurrent(one, wanted)) generate(one, wanted);
}
