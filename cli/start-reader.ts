import { Worker } from "node:worker_threads";
import { remoteReader, type RemoteReader } from "../data/index.ts";
import { dataThread } from "./host.ts";

/** Opens sources below a folder in a thread of their own, so that reading and unpacking go on beside the training. */
export function startReader(folder: string): RemoteReader {
  const worker = new Worker(dataThread, { workerData: folder });
  return remoteReader({
    post: (message, moved) => worker.postMessage(message, [...moved]),
    listen: (receive) => worker.on("message", receive),
    onEnd: (ended) => {
      worker.on("error", (error) => ended(`the thread that reads data failed: ${error.message}`));
      worker.on("exit", () => ended("the thread that reads data ended"));
    },
    terminate: async () => {
      await worker.terminate();
    },
  });
}
