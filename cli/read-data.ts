import { parentPort, workerData } from "node:worker_threads";
import { FeedError, serveSources } from "../data/index.ts";
import { folderHost } from "./data-host.ts";
import { InputError } from "./exit.ts";
import { loadText } from "./module-host.ts";

// What runs in the thread that `startReader` starts: sources are opened and read here, and examples made of them,
// while the other thread trains.
const port = parentPort;
if (port === null) throw new Error("bug: this file is for a thread that reads data");
serveSources(
  folderHost(String(workerData)),
  {
    post: (message, moved) => port.postMessage(message, moved),
    listen: (receive) => port.on("message", receive),
  },
  async ({ name, javascript, weights, seed }) => {
    const module = await loadText(javascript, weights, name, seed).catch(sayRefusal);
    return {
      entries: module.entries,
      call: (entry, inputs, options) => {
        try {
          return module.call(entry, inputs, options);
        } catch (error) {
          return sayRefusal(error);
        }
      },
    };
  },
);

/** What a module refuses is told by the other thread as what it is: no bug. */
function sayRefusal(error: unknown): never {
  throw error instanceof InputError ? new FeedError(error.message) : error;
}
