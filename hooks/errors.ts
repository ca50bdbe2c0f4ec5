import type { FieldPath } from './fields.ts';

/**
 * Every error a user can see: its code, the HTTP status of the API's response, and the line of
 * docs/reference/errors.md.
 *
 * The table is the one place that defines codes; docs/reference/errors.md is generated from it.
 */
export interface ErrorKind {
  /** HTTP status of the Engine API for this error. */
  readonly status: number;
  /** What happened, for docs/reference/errors.md. */
  readonly doc: string;
}

/** Every error code with its HTTP status and its meaning. */
export const errorKinds = {
  PCH_ADDRESS_TAKEN: {
    status: 409,
    doc: 'Another container uses the address that a rich container keeps, or the network has no free address for one.',
  },
  PCH_AGENT_APPLIED_LOST: {
    status: 409,
    doc: 'The file that was applied to the host is damaged: what is declared is not known until one is applied again.',
  },
  PCH_AGENT_BUSY: {
    status: 503,
    doc: 'The host agent is ending, or another apply is under way.',
  },
  PCH_AGENT_GENERATION_NOT_FOUND: {
    status: 404,
    doc: 'The host agent has recorded no generation of this number.',
  },
  PCH_AGENT_PAUSED: {
    status: 409,
    doc: 'The host is paused: nothing is changed until it is resumed by an apply.',
  },
  PCH_AGENT_REPLACE_FAILED: {
    status: 409,
    doc: 'A declared container was to be replaced, and the new one did not come up: the previous one is back.',
  },
  PCH_AGENT_WAITS: {
    status: 409,
    doc: 'A declared container did not become ready, healthy or complete in time, so that those which depend on it wait.',
  },
  PCH_ALREADY_EXISTS: { status: 409, doc: 'An object of that name or id exists already.' },
  PCH_ARCHIVE_INVALID: {
    status: 400,
    doc: 'The stream is not an image archive (Docker archive or OCI layout), or the tar archive of a copy is damaged.',
  },
  PCH_ATTACH_TOO_SLOW: {
    status: 500,
    doc: 'An attached client read no output for too long and was disconnected.',
  },
  PCH_AUTHORIZATION_DENIED: {
    status: 403,
    doc: 'An authorization plugin (`authorization.plugins`) denied the request; the message is its own.',
  },
  PCH_AUTHORIZATION_FAILED: {
    status: 500,
    doc: 'An authorization plugin failed or did not respond, so the request is denied.',
  },
  PCH_BAD_REQUEST: { status: 400, doc: 'The request is malformed for the call.' },
  PCH_BODY_TOO_LARGE: { status: 413, doc: 'The body of a request is larger than the call takes.' },
  PCH_BOOTSTRAP_FAILED: { status: 500, doc: 'The tool that creates a base image from packages failed.' },
  PCH_BUILD_FAILED: {
    status: 500,
    doc: 'An instruction of a Dockerfile, or the builder, has failed; the lines before it say why.',
  },
  PCH_BUILD_UNREACHABLE: {
    status: 503,
    doc: 'No buildkitd responds at the address that the plugin build-buildkit has in pouchd.yaml.',
  },
  PCH_CANCELLED: { status: 499, doc: 'The caller ended the call before it was complete.' },
  PCH_CERTIFICATE_INVALID: {
    status: 400,
    doc: 'A file of `registries.certificates` or `registries.certificatesDirectory` cannot be used.',
  },
  PCH_CHECKPOINT_FAILED: {
    status: 500,
    doc: 'criu could not write a container’s state, or restore the container from it.',
  },
  PCH_CHECKPOINT_NOT_FOUND: { status: 404, doc: 'The container has no checkpoint of that name.' },
  PCH_CDI_INVALID: {
    status: 400,
    doc: 'The CDI specification of a device cannot be used: two files define it, or its device node does not exist.',
  },
  PCH_CDI_NOT_FOUND: { status: 400, doc: 'No CDI specification of this host has that device.' },
  PCH_CLIENT_NOT_ALLOWED: {
    status: 403,
    doc: 'The request comes from a web page or names a host that is not this one; only local clients are served.',
  },
  PCH_CNI_FAILED: { status: 500, doc: 'A CNI plugin, or iptables for the bridge network, has failed.' },
  PCH_CNI_PLUGIN_MISSING: { status: 500, doc: 'The executable of a CNI plugin is not on the host.' },
  PCH_COMMAND_MISSING: { status: 400, doc: 'Neither the request nor the image has a command.' },
  PCH_COMMAND_NOT_EXECUTABLE: {
    status: 400,
    doc: 'The command is in the image but cannot be executed (exit code 126).',
  },
  PCH_COMMAND_NOT_FOUND: { status: 400, doc: 'The command is not in the image (exit code 127).' },
  PCH_CONFIG_FIXED: { status: 409, doc: 'The setting cannot change while pouchd runs.' },
  PCH_CONFIG_INVALID: {
    status: 400,
    doc: 'The configuration has mistakes; each is reported with file and line.',
  },
  PCH_CONFIG_NOT_FOUND: { status: 404, doc: 'The named configuration file does not exist.' },
  PCH_CONFIG_UNREADABLE: {
    status: 500,
    doc: 'The configuration file cannot be read, is not UTF-8 text or is too large.',
  },
  PCH_CONFLICT: { status: 409, doc: 'The object is in a state that does not allow the call.' },
  PCH_CONNECT_FAILED: { status: 502, doc: 'A connection to a port of a container was not made.' },
  PCH_CONTAINERD_ALREADY_EXISTS: { status: 409, doc: 'containerd has an object of that name already.' },
  PCH_CONTAINERD_DAMAGED: {
    status: 500,
    doc: 'The database of the managed containerd is damaged or lost; docs/guides/damage.md.',
  },
  PCH_CONTAINERD_FAILED: {
    status: 500,
    doc: 'containerd failed in a way that has no code of its own; the message is its own.',
  },
  PCH_CONTAINERD_INVALID: { status: 400, doc: 'containerd refused an argument.' },
  PCH_CONTAINERD_MISSING: { status: 500, doc: 'The containerd executable was not found.' },
  PCH_CONTAINERD_NOT_FOUND: { status: 404, doc: 'containerd has no such object.' },
  PCH_CONTAINERD_OTHER_MOUNTS: {
    status: 500,
    doc: 'containerd runs in another mount namespace than pouchd, so that neither sees what the other mounts.',
  },
  PCH_CONTAINERD_PRECONDITION: {
    status: 409,
    doc: 'The state of the object in containerd does not allow the call.',
  },
  PCH_CONTAINERD_UNAVAILABLE: { status: 503, doc: 'containerd does not respond on its socket.' },
  PCH_CONTAINERD_UNSUPPORTED: { status: 501, doc: 'This containerd is too old or lacks a plugin.' },
  PCH_CONTAINER_DAMAGED: {
    status: 409,
    doc: 'A file of the container’s record is damaged, or of a later Pouch. It can be listed, inspected, stopped and removed with force; docs/guides/damage.md.',
  },
  PCH_CONTAINER_NOT_FOUND: { status: 404, doc: 'No container has that name, id or id prefix.' },
  PCH_CONTAINER_RUNNING: { status: 409, doc: 'The call needs a container that does not run.' },
  PCH_CONTAINER_NOT_READY: {
    status: 409,
    doc: 'A rich container is not up, or not with all that it was to start (from the client).',
  },
  PCH_CONTAINER_NOT_RUNNING: { status: 409, doc: 'The call needs a running container.' },
  PCH_CONTENT_TOO_LARGE: { status: 400, doc: 'A blob is larger than its kind may be.' },
  PCH_CONTEXT_INVALID: {
    status: 400,
    doc: 'A file of a context of `pouch`, or an exported context, cannot be used.',
  },
  PCH_CONTEXT_NOT_FOUND: { status: 404, doc: 'The user has no context of that name.' },
  PCH_COPY_REFUSED: {
    status: 400,
    doc: 'A copy would leave its directory, create a device, or touch a kernel file system such as /proc.',
  },
  PCH_COPY_STALLED: { status: 408, doc: 'No byte of a copy was sent or read for a minute.' },
  PCH_CREDENTIALS_INVALID: { status: 400, doc: 'The file with registry credentials cannot be used.' },
  PCH_DAEMON_LOST: {
    status: 503,
    doc: 'The connection to the daemon broke in the middle of a call (from the client).',
  },
  PCH_DAEMON_RUNNING: { status: 409, doc: 'Another pouchd uses the same root.' },
  PCH_DAEMON_UNREACHABLE: { status: 503, doc: 'No daemon responds at the address (from the client).' },
  PCH_DEADLINE: { status: 504, doc: 'A wait reached its deadline.' },
  PCH_DEVICE_NOT_FOUND: { status: 404, doc: 'The container was not given a device on that path.' },
  PCH_DEVICE_RULES_FAILED: {
    status: 500,
    doc: 'The program with the device rules of a container in cgroup v2 was not replaced.',
  },
  PCH_DOCKERFILE_INVALID: { status: 400, doc: 'The Dockerfile cannot be found or read, or has a mistake.' },
  PCH_DIGEST_MISMATCH: { status: 502, doc: 'The content does not match its digest and was discarded.' },
  PCH_DISK_FAILED: {
    status: 500,
    doc: 'The file that limits what a container can write was not created or mounted.',
  },
  PCH_DISK_FULL: { status: 507, doc: 'The disk (or its quota) is full.' },
  PCH_DOWNLOAD_FAILED: {
    status: 502,
    doc: 'A file at a URL, such as that of an import, cannot be downloaded.',
  },
  PCH_EFFECT_CONFLICT: {
    status: 409,
    doc: 'The host has something else where an effect of a plugin would be: a mount, a file, a route, or an effect of another container.',
  },
  PCH_EFFECT_FAILED: { status: 500, doc: 'The host refused an effect of a plugin, such as a mount.' },
  PCH_EFFECT_NOT_FOUND: { status: 404, doc: 'The container has no effect of that key.' },
  PCH_EFFECT_NOT_GRANTED: {
    status: 403,
    doc: 'A plugin plans an effect that `grants.effects` of its entry in pouchd.yaml does not allow.',
  },
  PCH_EFFECT_UNKNOWN: {
    status: 500,
    doc: 'A plan or a journal names an effect kind that no plugin provides.',
  },
  PCH_EXEC_NOT_FOUND: { status: 404, doc: 'No exec instance has that id.' },
  PCH_FIRST_BOOT: {
    status: 500,
    doc: 'A container did not get what its first start is to give it, such as users and ssh keys.',
  },
  PCH_FILE_NOT_FOUND: { status: 404, doc: 'The container has no file of that path.' },
  PCH_FILE_TIMEOUT: {
    status: 504,
    doc: 'A path of the host or of a container does not respond within `files.timeout`, such as one on a network or FUSE file system whose server is gone.',
  },
  PCH_FILE_WORKER: {
    status: 500,
    doc: 'The process that looks at files for pouchd could not be started, or ended before it had replied.',
  },
  PCH_HOOK_UNKNOWN: { status: 500, doc: 'A plugin wants a hook point that this version does not have.' },
  PCH_ID_AMBIGUOUS: { status: 400, doc: 'An id prefix matches more than one object.' },
  PCH_IMAGE_DAMAGED: {
    status: 409,
    doc: 'The manifest, configuration or a layer of an image is damaged or lost. A pull or load of the image repairs the first two; docs/guides/damage.md.',
  },
  PCH_IMAGE_INVALID: {
    status: 400,
    doc: 'A manifest or image configuration is not of a form that Pouch runs.',
  },
  PCH_IMAGE_IN_USE: { status: 409, doc: 'Containers or other references need the image.' },
  PCH_IMAGE_NOT_FOUND: { status: 404, doc: 'No image has that reference, id or id prefix.' },
  PCH_IMPORT_FAILED: {
    status: 500,
    doc: 'A program that reads the source of an import failed; the message is its own (from the client).',
  },
  PCH_IMPORT_INVALID: {
    status: 400,
    doc: 'The source of an import is not a root file system that Pouch can make an image from; docs/guides/import.md.',
  },
  PCH_IMPORT_TOO_LARGE: {
    status: 400,
    doc: 'The source of an import has more files, longer paths or more data than Pouch takes.',
  },
  PCH_INIT_CANNOT: {
    status: 409,
    doc: 'The init of the container cannot do what was asked, such as managing services, or the container has none.',
  },
  PCH_INIT_NOT_FOUND: {
    status: 400,
    doc: 'The image or the host lacks the init system of the wanted rich mode.',
  },
  PCH_INIT_NOT_INSTALLED: {
    status: 409,
    doc: 'The container is to have an init, and no small init is installed on the host.',
  },
  PCH_INTERNAL: { status: 500, doc: 'A fault of Pouch itself; the daemon log has the stack.' },
  PCH_KATA_OPTION: {
    status: 400,
    doc: 'A setting for kata is unknown, or kata’s own configuration file does not let a container have it.',
  },
  PCH_DNS_FAILED: {
    status: 500,
    doc: 'The process that resolves names in containers does not respond, or cannot listen in one.',
  },
  PCH_LISTEN: { status: 500, doc: 'The HTTP API cannot serve an address of `listen`.' },
  PCH_LOG_KEEPER: { status: 500, doc: 'The process that reads the output of containers does not respond.' },
  PCH_MOUNT_BUSY: { status: 409, doc: 'Processes of the container use a mount that is to be removed.' },
  PCH_MOUNT_NOT_FOUND: { status: 404, doc: 'The container was not given a mount on that path.' },
  PCH_NAME_INVALID: { status: 400, doc: 'A container name has characters that names do not have.' },
  PCH_NAME_IN_USE: { status: 409, doc: 'Another container has that name.' },
  PCH_NETNS_FAILED: { status: 500, doc: 'A network namespace could not be created or released.' },
  PCH_NETWORK_CLASH: {
    status: 409,
    doc: 'The bridge or the subnet of the configuration is in use by something else on the host.',
  },
  PCH_NETWORK_FULL: { status: 503, doc: 'Every subnet that a new network could get is in use.' },
  PCH_NETWORK_IN_USE: { status: 403, doc: 'A network that is to be removed has containers that run.' },
  PCH_NETWORK_ISOLATION: {
    status: 500,
    doc: 'The packet filter rules of `network.isolation` could not be set for a container.',
  },
  PCH_NETWORK_CONNECTED: { status: 403, doc: 'The container is connected to the network already.' },
  PCH_NETWORK_DRIVER_UNKNOWN: {
    status: 400,
    doc: 'A network has a driver that no plugin provides.',
  },
  PCH_NETWORK_OVERLAP: { status: 403, doc: 'The subnet of a new network overlaps with another network.' },
  PCH_NETWORK_PARENT: {
    status: 409,
    doc: 'The interface of the host that a network is on does not exist, or cannot be made.',
  },
  PCH_NETWORK_PREDEFINED: {
    status: 403,
    doc: 'A network that pouchd has by itself, or from pouchd.yaml, cannot be created or removed.',
  },
  PCH_NETWORK_UNFINISHED: {
    status: 409,
    doc: 'The create or the removal of a network was cut off or has failed: it cannot be used until it is removed.',
  },
  PCH_NETWORK_NOT_CONNECTED: { status: 403, doc: 'The container is not connected to the network.' },
  PCH_NETWORK_NOT_FOUND: { status: 404, doc: 'No network has that name or id.' },
  PCH_NOT_FOUND: { status: 404, doc: 'No object of any kind has that name.' },
  PCH_NOT_READY: { status: 503, doc: 'pouchd is starting: it has not read its containers yet.' },
  PCH_NOT_ROOT: { status: 403, doc: 'The daemon was started without root.' },
  PCH_NOT_SUPPORTED: { status: 501, doc: 'The call or option is known, but not supported here.' },
  PCH_NRI_ADJUSTMENT: {
    status: 400,
    doc: 'An NRI plugin asked for an adjustment that Pouch does not make, or for one that is invalid.',
  },
  PCH_NRI_NOT_CONNECTED: {
    status: 503,
    doc: 'An NRI plugin that containers need is not connected, or its connection ended during a call.',
  },
  PCH_NRI_PROTOCOL: {
    status: 500,
    doc: 'A program at the NRI socket broke the protocol; its connection was closed.',
  },
  PCH_NRI_REFUSED: { status: 409, doc: 'An NRI plugin was not registered.' },
  PCH_PATH_UNSAFE: {
    status: 409,
    doc: 'A path of an effect leads through a symbolic link, or through a directory that others than root can write.',
  },
  PCH_PATH_NOT_FOUND: { status: 404, doc: 'The HTTP API has no such path.' },
  PCH_PLAN_INVALID: { status: 500, doc: 'The plan that results from the plugins cannot be executed.' },
  PCH_OCI_HOOK_INVALID: { status: 500, doc: 'A file of OCI hooks cannot be used; file and field are named.' },
  PCH_OPTION_INVALID: { status: 400, doc: 'An option has a value of the wrong form.' },
  PCH_PLATFORM_NOT_FOUND: { status: 404, doc: 'The image does not exist for the platform.' },
  PCH_PLUGIN_CLASH: { status: 500, doc: 'Two plugins contribute something under the same name.' },
  PCH_PLUGIN_CONFLICT: { status: 500, doc: 'Two plugins set the same field of one container.' },
  PCH_PLUGIN_CONTRACT: { status: 500, doc: 'A plugin’s tap did what its hook point does not allow.' },
  PCH_PLUGIN_ENGINE: { status: 500, doc: 'A plugin does not work with this version of Pouch.' },
  PCH_PLUGIN_FAILED: { status: 500, doc: 'A plugin’s tap threw an error.' },
  PCH_PLUGIN_INVALID: {
    status: 500,
    doc: 'A plugin, or something that it contributes, is not of the form that Pouch takes.',
  },
  PCH_PLUGIN_ISOLATED: {
    status: 500,
    doc: 'A plugin in a process of its own contributes a surface, or a runtime by functions alone. The hint has the way to do it.',
  },
  PCH_PLUGIN_LOAD: { status: 500, doc: 'The file of a plugin cannot be loaded, or its setup failed.' },
  PCH_PLUGIN_NEEDED: {
    status: 409,
    doc: 'Containers, pouchd itself or an entry of pouchd.yaml need the plugin that is to be disabled or removed.',
  },
  PCH_PLUGIN_OPTIONS: { status: 400, doc: 'The options of a plugin do not fit its schema.' },
  PCH_PLUGIN_ORDER: {
    status: 500,
    doc: 'The order that plugins ask for names something unknown, or goes in a circle.',
  },
  PCH_PLUGIN_PACKAGE: {
    status: 400,
    doc: 'A package of a plugin cannot be installed: it is not an archive, is too large, or has links or other special files.',
  },
  PCH_PLUGIN_PROCESS: {
    status: 500,
    doc: 'The process of a plugin has ended, or could not be started.',
  },
  PCH_PLUGIN_PROTOCOL: {
    status: 500,
    doc: 'The process of a plugin wrote what the protocol does not allow.',
  },
  PCH_PLUGIN_QUARANTINED: {
    status: 503,
    doc: 'A plugin that must not be left out (`onError: fail`) is quarantined.',
  },
  PCH_PLUGIN_RESERVED: {
    status: 500,
    doc: 'A plugin’s tap set a key of a draft that Pouch sets itself, such as the effect `io`.',
  },
  PCH_PLUGIN_RIGHTS: {
    status: 500,
    doc: 'A plugin wants a right that its entry in pouchd.yaml does not grant.',
  },
  PCH_PLUGIN_TAMPERED: {
    status: 500,
    doc: 'The files of an installed plugin are not those that the lock file pins.',
  },
  PCH_PLUGIN_SHADOW: {
    status: 500,
    doc: 'A shadow, which only plans, has called what may change something.',
  },
  PCH_PLUGIN_UNKNOWN: { status: 400, doc: 'The configuration names a built-in plugin that does not exist.' },
  PCH_PLUGIN_UNSAFE: {
    status: 500,
    doc: 'The file of a plugin, or a directory above it, can be written by others than its owner.',
  },
  PCH_POLICY_DENIED: { status: 403, doc: 'A rule of a plugin does not allow the operation for this caller.' },
  PCH_PORT_IN_USE: { status: 409, doc: 'A host port is taken by another container or process.' },
  PCH_PORT_NOT_FOUND: { status: 404, doc: 'The container was not given that published port.' },
  PCH_PORT_PROXY: {
    status: 500,
    doc: 'The process that listens on published ports of IPv6 for containers without it does not respond, or cannot listen.',
  },
  PCH_PROCESS_START: {
    status: 500,
    doc: 'A process that Pouch supervises did not start or did not become ready.',
  },
  PCH_ROLLBACK_NOT_FOUND: {
    status: 409,
    doc: 'The container has nothing to roll back to: it was not upgraded, or what it was before is forgotten.',
  },
  PCH_SCRIPT_FAILED: {
    status: 500,
    doc: 'A script of the host that runs before a container starts or after it has stopped cannot be run, has failed, or took too long.',
  },
  PCH_SNAPSHOT_NOT_FOUND: { status: 404, doc: 'The container has no snapshot of that name.' },
  PCH_SIDECAR_FAILED: {
    status: 500,
    doc: 'A sidecar of a plugin has failed too often: the plugin is quarantined.',
  },
  PCH_PROFILE_INVALID: { status: 400, doc: 'The named profile has a mistake in pouchd.yaml.' },
  PCH_PROFILE_NOT_FOUND: { status: 400, doc: 'The daemon has no profile of that name.' },
  PCH_READ_ONLY: { status: 403, doc: 'The container has the file system of a path read-only.' },
  PCH_RECONCILE_REFUSED: {
    status: 409,
    doc: 'A container cannot be reconciled: only a new one can have what is planned, or another plugin is missing by now.',
  },
  PCH_RECORDING_INVALID: {
    status: 400,
    doc: 'A file is not a recording of a plan, or a newer Pouch wrote it.',
  },
  PCH_RECORDING_LACKS: {
    status: 400,
    doc: 'A replayed plan asks for a fact of the host that its recording does not have.',
  },
  PCH_REFERENCE_INVALID: {
    status: 400,
    doc: 'An image reference is not of the form [HOST[:PORT]/]NAME[:TAG][@DIGEST].',
  },
  PCH_REGISTRY_DENIED: {
    status: 403,
    doc: 'The registry wants other credentials, or allows these no access.',
  },
  PCH_REGISTRY_FAILED: {
    status: 502,
    doc: 'The registry responded with an error, or with an invalid response.',
  },
  PCH_REGISTRY_TOO_SLOW: {
    status: 504,
    doc: 'The registry sends less than `registries.minimumRate`, on each new connection again.',
  },
  PCH_REGISTRY_UNREACHABLE: {
    status: 502,
    doc: 'The registry does not respond, or the connection broke repeatedly.',
  },
  PCH_RUNTIME_CANNOT: {
    status: 409,
    doc: 'The runtime that was chosen lacks something that the container or the call needs.',
  },
  PCH_RUNTIME_FAILED: { status: 500, doc: 'The runtime could not make or start the container.' },
  PCH_RUNTIME_NOT_FOUND: { status: 400, doc: 'No loaded plugin provides a runtime of that name.' },
  PCH_RUNTIME_UNUSABLE: { status: 409, doc: 'The runtime is known but cannot be used on this host.' },
  PCH_SERVICE_CIRCLE: { status: 500, doc: 'Plugins need services of each other, in a circle.' },
  PCH_SERVICE_MISSING: {
    status: 500,
    doc: 'A plugin injects a service that no plugin provides, or whose provider is disabled or quarantined.',
  },
  PCH_SERVICE_VERSION: {
    status: 500,
    doc: 'A plugin injects a service in other versions than the one that is provided.',
  },
  PCH_TOO_MANY_FILES: {
    status: 503,
    doc: 'pouchd, or a process that it uses, has no file descriptor left, or pouchd may open fewer than 128 (`LimitNOFILE`).',
  },
  PCH_TOOL_MISSING: { status: 500, doc: 'A program that the call needs is not installed.' },
  PCH_UNAUTHORIZED: { status: 401, doc: 'A TCP address of `listen` needs the token of its `tokenFile`.' },
  PCH_UNIT_FAILED: {
    status: 409,
    doc: 'The init of the container did not do what was asked of a service; the message is its own.',
  },
  PCH_UNIT_NOT_FOUND: { status: 404, doc: 'The init of the container has no service of that name.' },
  PCH_UPDATE_FAILED: {
    status: 500,
    doc: 'The runtime or the kernel did not take the new limits; the container has its old ones.',
  },
  PCH_UPGRADE_REFUSED: {
    status: 409,
    doc: 'The container cannot have the other image: only a new container can have what would be planned, or a plugin is missing by now.',
  },
  PCH_UPGRADE_UNHEALTHY: {
    status: 409,
    doc: 'The container was not healthy with the other image in time, and has its earlier image again.',
  },
  PCH_USERNS_FULL: {
    status: 409,
    doc: 'No range of host ids is left for another container with users of its own (`userns.range` of pouchd.yaml).',
  },
  PCH_USERNS_UNMAPPABLE: {
    status: 500,
    doc: 'Files cannot be given the ids of a container’s user namespace: the kernel or their file system cannot do it, or a directory above `state` shuts its users out.',
  },
  PCH_USER_NOT_FOUND: { status: 400, doc: 'A user or group name is not in the image.' },
  PCH_VOLUME_DAMAGED: {
    status: 409,
    doc: 'The volume.json of a volume is damaged, or of a later Pouch; its data is untouched. docs/guides/damage.md.',
  },
  PCH_VOLUME_DRIVER_FAILED: {
    status: 500,
    doc: 'A volume plugin of Docker failed, or did not respond; the message is its own.',
  },
  PCH_VOLUME_DRIVER_MISSING: {
    status: 409,
    doc: 'No plugin provides the driver of a volume any more. docs/guides/volume-drivers.md.',
  },
  PCH_VOLUME_DRIVER_UNKNOWN: { status: 404, doc: 'No plugin provides a volume driver of that name.' },
  PCH_VOLUME_NOT_FOUND: { status: 404, doc: 'No volume has that name.' },
} as const satisfies Record<string, ErrorKind>;

/** Code of an error, `PCH_…`: the key of `errorKinds`. */
export type ErrorCode = keyof typeof errorKinds;

/** Who and what an error is about; every part is optional but `hint` should say what to do. */
export interface ErrorDetails {
  /** What the reader can do about it: one sentence. */
  hint?: string;
  /** The plugin whose code failed. */
  plugin?: string;
  /** The hook point it failed at. */
  hook?: string;
  /** The container's full id. */
  container?: string;
  /** The field of the request at fault. */
  field?: FieldPath;
  cause?: unknown;
}

/** The one error class. `message` says what was expected and what was found. */
export class PouchError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly plugin: string | undefined;
  readonly hook: string | undefined;
  readonly container: string | undefined;
  readonly field: FieldPath | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'PouchError';
    this.code = code;
    this.hint = details.hint;
    this.plugin = details.plugin;
    this.hook = details.hook;
    this.container = details.container;
    this.field = details.field;
  }

  /** HTTP status of the Engine API. */
  get status(): number {
    return errorKinds[this.code].status;
  }
}

/**
 * Gives any thrown value a code: a full disk's is PCH_DISK_FULL, PCH_TOO_MANY_FILES where descriptors have run out, a
 * PouchError stays, everything else becomes PCH_INTERNAL.
 */
export function toPouchError(error: unknown): PouchError {
  if (tellsFullDisk(error)) return diskFull(error);
  if (hasNoFilesLeft(error)) return tooManyFiles(error);
  if (error instanceof PouchError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new PouchError('PCH_INTERNAL', message, { cause: error });
}

/** Errors that pass on what containerd, a runtime or another process has said. */
const relayed: readonly string[] = [
  'PCH_CHECKPOINT_FAILED',
  'PCH_CNI_FAILED',
  'PCH_CONTAINERD_FAILED',
  'PCH_DNS_FAILED',
  'PCH_LOG_KEEPER',
  'PCH_NETNS_FAILED',
  'PCH_PORT_PROXY',
  'PCH_RUNTIME_FAILED',
  'PCH_UPDATE_FAILED',
];

/** This process ran out of space (errno), or another one that reports it in prose (strerror(3)). */
function tellsFullDisk(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT') return true;
  return relayed.includes(code ?? '') && /no space left on device|disk quota exceeded/i.test(error.message);
}

function diskFull(cause: Error): PouchError {
  const { plugin, hook, container } = cause as Partial<PouchError>;
  return new PouchError('PCH_DISK_FULL', `a disk of pouchd is full: ${cause.message}`, {
    hint: 'free space below its root and state (pouch rm, pouch image prune), or enlarge them; then try again',
    ...(plugin !== undefined && { plugin }),
    ...(hook !== undefined && { hook }),
    ...(container !== undefined && { container }),
    cause,
  });
}

/** How deep the causes of an error are searched. */
const maxCauses = 5;

/**
 * Whether file descriptors have run out, in this process or in another one that reports it in prose, also if the
 * error was wrapped since.
 */
export function hasNoFilesLeft(error: unknown): error is Error {
  let found = error;
  for (let depth = 0; depth < maxCauses && found instanceof Error; depth++) {
    const { code } = found as NodeJS.ErrnoException;
    if (code === 'EMFILE' || code === 'ENFILE' || code === 'PCH_TOO_MANY_FILES') return true;
    if (relayed.includes(code ?? '') && /\bE[MN]FILE\b|too many open files/i.test(found.message)) return true;
    found = found.cause;
  }
  return false;
}

/** No plugin is to blame for the limit that its call met. */
function tooManyFiles(cause: Error): PouchError {
  if (hasCode(cause, 'PCH_TOO_MANY_FILES')) return cause;
  const { container } = cause as Partial<PouchError>;
  return new PouchError('PCH_TOO_MANY_FILES', `no file descriptor is left: ${cause.message}`, {
    hint: 'close idle clients, or raise LimitNOFILE of pouchd (ulimit -n) and of containerd; then try again',
    ...(container !== undefined && { container }),
    cause,
  });
}

/** Whether `error` is a PouchError of one of the codes. */
export function hasCode(error: unknown, ...codes: ErrorCode[]): error is PouchError {
  return error instanceof PouchError && codes.includes(error.code);
}

/** The message of any thrown value. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
