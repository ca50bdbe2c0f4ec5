/** Output and input of containers and exec processes, and the containers' logs. */
export {
  ContainerIo,
  keeperNodeFlags,
  type ContainerIoOptions,
  type LiveOutput,
  type OpenOptions,
  type StdioPaths,
  type SubscribeOptions,
} from './ContainerIo.ts';
export { ExecStdio, type ExecStreams } from './ExecStdio.ts';
export { readLogs, type ReadLogsOptions } from './read/readLogs.ts';
export { type Batch, DeliveryReader } from './read/DeliveryReader.ts';
export { LogWatcher } from './read/LogWatcher.ts';
export { type Delivered, readDelivered, saveDelivered } from './log/delivered.ts';
export { undeliveredBytes } from './read/undelivered.ts';
