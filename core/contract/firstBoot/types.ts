/** What a container gets at its first start, as the file worker writes it. */
export interface FirstBootSetup {
  groups: FirstGroup[];
  users: FirstUser[];
  /** Keys of ssh users, of the request and of the user data. */
  keys: UserKey[];
  files: FirstFile[];
  /** That sshd listens on. */
  sshPort?: number;
  /** Name of a zone in /usr/share/zoneinfo. */
  timezone?: string;
  /** Value of `LANG`. */
  locale?: string;
}

/** A line of a user's authorized_keys. */
export interface UserKey {
  user: string;
  key: string;
}

export interface FirstGroup {
  name: string;
  members: string[];
}

/** An account; one that exists gets only groups, keys, password and sudo rules. */
export interface FirstUser {
  name: string;
  gecos: string;
  uid?: number;
  home?: string;
  createHome: boolean;
  primaryGroup?: string;
  groups: string[];
  system: boolean;
  shell?: string;
  /** Rules of sudoers(5) without the name. */
  sudo: string[];
  /** A hash of crypt(5). */
  passwordHash?: string;
  isLocked: boolean;
}

export interface FirstFile {
  path: string;
  /** Base64. */
  content: string;
  /** `user[:group]`, names or numbers. */
  owner: string;
  /** Permission bits. */
  mode: number;
  append: boolean;
}

/** What user data asks for. */
export interface UserData {
  hostname?: string;
  domainname?: string;
  timezone?: string;
  locale?: string;
  groups: FirstGroup[];
  users: FirstUser[];
  /** Keys of `users`. */
  keys: UserKey[];
  /** Keys without a user. */
  defaultKeys: string[];
  files: FirstFile[];
  /** Arguments of each command. */
  commands: string[][];
}
