import { parentPort, workerData } from "node:worker_threads";
import { folderHost } from "../../cli/data-host.ts";
import { FeedError, serveSources } from "../../data/index.ts";

/** What runs in the thread of Node's that `workers.test.ts` starts. */
const port = parentPort;
if (port === null) throw new Error("bug: no thread");
serveSources(
  folderHost(String(workerData)),
  {
    post: (message, moved) => port.postMessage(message, moved),
    listen: (receive) => port.on("message", receive),
  },
  // A module of these tests exports what a feeder needs of it.
  ({ javascript }) => {
    if (javascript === "") throw new FeedError("this module has no text");
    return import(`data:text/javascript,${encodeURIComponent(javascript)}`);
  },
);
