export { batchCounts, batches, epochOrder } from "./order.ts";
export { bindDims } from "./match-type.ts";
export { blobHost } from "./blob-host.ts";
export { DataError, type DataCode, type DataFault, type DataPlace } from "./data-error.ts";
export { FeedError } from "./feed-error.ts";
export {
  openFeeder,
  type FeedCall,
  type Feeder,
  type FeedEntry,
  type FeedModule,
  type FeedOrder,
  type FeedSource,
} from "./feeder.ts";
export type { DataHost, HostEntry, HostFile } from "./host.ts";
export {
  openSource,
  readerNamed,
  rowsOfPart,
  type OpenOptions,
  type ReaderName,
  type SourceSpec,
} from "./open-source.ts";
export { prefetch, type Fetched } from "./prefetch.ts";
export type { Port, ReaderAnswer, ReaderRequest, ReaderThread } from "./reader-messages.ts";
export type { Argument, DeclaredType } from "./reading.ts";
export { remoteReader, type RemoteFeed, type RemoteReader } from "./remote-reader.ts";
export { restrict } from "./restrict.ts";
export { serveSources, type LoadFeedModule } from "./serve-sources.ts";
export type { Dtype, Source, SourceMeta, TensorData } from "./source.ts";
export { splitByShare, splitEvery, splitFolds, type Split } from "./split.ts";
export { workerPort, workerThread } from "./worker-thread.ts";
