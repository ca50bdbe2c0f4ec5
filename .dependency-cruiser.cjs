// The import rules of the house: who may know whom.
const folders = {
  hooks: '^hooks/',
  config: '^config/',
  core: '^core/',
  plugins: '^plugins/',
  client: '^client/',
  cli: '^cli/',
  runlxc: '^runlxc/',
};

/** What is ours, without the given folders. */
function oursExcept(...allowed) {
  const names = [
    'hooks',
    'config',
    'core',
    'plugins',
    'client',
    'cli',
    'runlxc',
    'bin',
    'bench',
    'examples',
    'scripts',
    'test',
  ];
  return `^(${names.filter((name) => !allowed.includes(name)).join('|')})/`;
}

function only(from, ...allowed) {
  const told = allowed.length > 0 ? allowed.join(' and ') : 'nothing of ours';
  return {
    name: `${from}-imports-only-${allowed.length > 0 ? allowed.join('-') : 'itself'}`,
    comment: `${from}/ imports ${told}`,
    severity: 'error',
    from: { path: folders[from] },
    to: { path: oursExcept(from, ...allowed) },
  };
}

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    only('hooks'),
    only('config', 'hooks'),
    only('core', 'hooks', 'config'),
    only('client'),
    only('runlxc'),
    {
      name: 'runlxc-imports-node-modules-only',
      comment: 'it is started for every verb of every container: what it loads is what it costs',
      severity: 'error',
      from: { path: folders.runlxc },
      to: { pathNot: '^runlxc/', dependencyTypesNot: ['core'] },
    },
    only('cli', 'client'),
    only('plugins', 'hooks', 'client'),
    {
      name: 'plugins-import-wire-types-only',
      comment: 'of the client a plugin may know the wire types, not its code',
      severity: 'error',
      from: { path: folders.plugins },
      to: { path: folders.client, pathNot: '^client/(wire/|wire\\.ts$)' },
    },
    {
      name: 'plugins-know-no-other-plugin',
      comment: 'a plugin imports its own folder; what two share belongs to hooks/',
      severity: 'error',
      from: { path: '^plugins/([^/]+)/' },
      to: { path: '^plugins/', pathNot: '^plugins/$1/' },
    },
    {
      name: 'only-bin-composes',
      comment: 'the composition root is bin/: nothing imports from it',
      severity: 'error',
      from: { pathNot: '^(bin|test|bench)/' },
      to: { path: '^bin/' },
    },
    {
      name: 'no-tests-in-the-product',
      severity: 'error',
      from: { pathNot: '^(test|bench)/' },
      to: { path: '^(test|bench)/' },
    },
    {
      name: 'no-dev-dependencies-in-the-product',
      comment: 'what runs must be a dependency',
      severity: 'error',
      from: { path: '^(hooks|config|core|plugins|client|cli|runlxc|bin)/' },
      to: { dependencyTypes: ['npm-dev'], pathNot: '/@types/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'no-cycles',
      comment:
        'of types and of what is loaded later there may be some; and the life of a container is one: start, exit, start again',
      severity: 'error',
      from: { pathNot: '^core/lifecycle/' },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only', 'dynamic-import'] } },
    },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|core/containerd/gen)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['types', 'import', 'node', 'default'],
    },
  },
};
