import {
  blobHost,
  serveSources,
  workerPort,
  type ReaderAnswer,
  type ReaderRequest,
} from "../../data/index.ts";

/** What runs in the worker of the page that `workers.test.ts` opens: the first message is its files. */
self.addEventListener(
  "message",
  ({ data }: MessageEvent<ReadonlyMap<string, Blob>>) => {
    serveSources(blobHost(data), workerPort<ReaderAnswer, ReaderRequest>(self));
    self.postMessage("ready");
  },
  { once: true },
);
