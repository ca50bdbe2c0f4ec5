/** What one client can cost at most. Times in milliseconds, sizes in bytes. */

/** A JSON body; the largest real ones (create with seccomp profile) are some 60 KiB. */
export const MAX_JSON_BODY = 1024 * 1024;
/** All headers together; X-Registry-Auth and X-Registry-Config are the long ones. */
export const MAX_HEADER_BYTES = 64 * 1024;
export const MAX_HEADERS = 200;
/** From the connection's first byte to the end of the headers. */
export const HEADERS_TIMEOUT = 10_000;
/** From the connection to the end of the TLS handshake. */
export const HANDSHAKE_TIMEOUT = 10_000;
/** Of one TCP address, unauthenticated ones included. The Unix sockets stay usable. */
export const MAX_TCP_CONNECTIONS = 500;
/** A certificate, key or token file. */
export const MAX_CREDENTIAL_BYTES = 1024 * 1024;
/** 128 random bits are 32 hexadecimal digits. */
export const MIN_TOKEN_LENGTH = 32;
/** From the end of the headers to the end of a JSON body. */
export const BODY_TIMEOUT = 30_000;
/** Between two requests on one connection. */
export const KEEP_ALIVE_TIMEOUT = 15_000;
/** How often Node looks for connections that are late. */
export const CONNECTION_CHECK_INTERVAL = 5_000;
/** For answers that are under way when the surface stops. */
export const STOP_GRACE = 3_000;
/** A path parameter (image references are the long ones). */
export const MAX_PARAMETER_LENGTH = 1024;
/** Between two looks for connections that have become idle while the surface stops. */
export const SWEEP_INTERVAL = 20;
