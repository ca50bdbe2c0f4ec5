import type { FileTree } from '../FileTree.ts';
import type { Check, Finding } from '../finding.ts';
import { enabledServices } from './services.ts';

/** A service whose ports can be read from its configuration, or are known by habit. */
interface KnownService {
  /** Names of its units and scripts. */
  names: RegExp;
  ports: string[];
  /** Where its configuration names ports; the first group is a port. */
  configured?: { files: (tree: FileTree) => string[]; pattern: RegExp };
}

const tcp = (...ports: number[]) => ports.map(String);

const known: KnownService[] = [
  {
    names: /^(ssh|sshd|openssh|dropbear)$/,
    ports: tcp(22),
    configured: {
      files: (tree) => ['/etc/ssh/sshd_config', ...tree.filesIn('/etc/ssh/sshd_config.d', /\.conf$/)],
      pattern: /^\s*Port\s+(\d+)/gim,
    },
  },
  {
    names: /^(apache2?|httpd)$/,
    ports: tcp(80),
    configured: {
      files: (tree) => [
        '/etc/apache2/ports.conf',
        '/etc/httpd/conf/httpd.conf',
        '/etc/apache2/httpd.conf',
        ...tree.filesIn('/etc/httpd/conf.d', /\.conf$/),
      ],
      pattern: /^\s*Listen\s+(?:\S+:)?(\d+)/gim,
    },
  },
  {
    names: /^nginx$/,
    ports: tcp(80),
    configured: {
      files: (tree) => [
        '/etc/nginx/nginx.conf',
        ...tree.filesIn('/etc/nginx/sites-enabled'),
        ...tree.filesIn('/etc/nginx/conf.d', /\.conf$/),
        ...tree.filesIn('/etc/nginx/http.d', /\.conf$/),
      ],
      pattern: /^\s*listen\s+(?:\S+:)?(\d+)/gim,
    },
  },
  {
    names: /^(mysqld?|mariadb)$/,
    ports: tcp(3306),
    configured: {
      files: (tree) => [
        '/etc/my.cnf',
        '/etc/mysql/my.cnf',
        ...[
          '/etc/my.cnf.d',
          '/etc/mysql/conf.d',
          '/etc/mysql/mariadb.conf.d',
          '/etc/mysql/mysql.conf.d',
        ].flatMap((directory) => tree.filesIn(directory, /\.cnf$/)),
      ],
      pattern: /^\s*port\s*=\s*(\d+)/gim,
    },
  },
  {
    names: /^postgresql/,
    ports: tcp(5432),
    configured: {
      files: (tree) =>
        tree
          .list('/etc/postgresql')
          .flatMap((release) =>
            tree
              .list(`/etc/postgresql/${release}`)
              .map((cluster) => `/etc/postgresql/${release}/${cluster}/postgresql.conf`),
          ),
      pattern: /^\s*port\s*=\s*(\d+)/gim,
    },
  },
  {
    names: /^redis(-server)?$/,
    ports: tcp(6379),
    configured: { files: () => ['/etc/redis/redis.conf', '/etc/redis.conf'], pattern: /^port\s+(\d+)/gim },
  },
  { names: /^(postfix|exim4?|sendmail)$/, ports: tcp(25) },
  { names: /^dovecot$/, ports: tcp(143, 993) },
  { names: /^(named|bind9|unbound|pdns)$/, ports: ['53', '53/udp'] },
  { names: /^(slapd|dirsrv.*)$/, ports: tcp(389, 636) },
  { names: /^(smbd|samba|smb)$/, ports: tcp(139, 445) },
  { names: /^(vsftpd|proftpd|pure-ftpd)$/, ports: tcp(21) },
  { names: /^tomcat\d*$/, ports: tcp(8080) },
  { names: /^(snmpd)$/, ports: ['161/udp'] },
  { names: /^memcached$/, ports: tcp(11211) },
  { names: /^(rabbitmq-server)$/, ports: tcp(5672) },
  { names: /^squid$/, ports: tcp(3128) },
  { names: /^haproxy$/, ports: tcp(80, 443) },
  { names: /^cups(d)?$/, ports: tcp(631) },
  { names: /^(tftpd.*|atftpd)$/, ports: ['69/udp'] },
  { names: /^(lpd|lprng)$/, ports: tcp(515) },
  { names: /^(xinetd|inetd|openbsd-inetd)$/, ports: [] },
];

/** Ports on which services listen: of a running host as it is, otherwise by the configuration of known services. */
export const ports: Check = {
  topic: 'ports',
  run({ tree, live }) {
    if (live) return live.listening.map((port) => published(port, 'a process listens on'));
    return enabledServices(tree).flatMap((name) => portsOf(tree, name));
  },
};

function portsOf(tree: FileTree, name: string): Omit<Finding, 'topic'>[] {
  const service = known.find(({ names }) => names.test(name));
  if (!service) return [];
  const configured = configuredPorts(tree, service);
  if (configured.length > 0)
    return configured.map((port) => ({ ...published(port, `${name} is configured for`), isGuess: true }));
  return service.ports.map((port) => ({
    ...published(port, `${name} listens by default on`),
    isGuess: true,
  }));
}

function configuredPorts(tree: FileTree, { configured }: KnownService): string[] {
  if (!configured) return [];
  const found = configured.files(tree).flatMap((file) => {
    const text = tree.lines(file).join('\n');
    return [...text.matchAll(configured.pattern)].map((match) => match[1]!);
  });
  return [...new Set(found)];
}

function published(port: string, why: string): Omit<Finding, 'topic'> {
  // A host port of its own for ssh: that of the host is in use.
  const host = port === '22' ? '2222' : port.replace('/udp', '');
  return { verdict: 'works', found: `${why} ${port}`, options: [['publish', `${host}:${port}`]] };
}
