import { parentPort, workerData } from "node:worker_threads";
import { serveSources } from "../data/index.ts";
import { folderHost } from "./data-host.ts";

// What runs in the thread that `startReader` starts: sources are opened and read here, while the other thread trains.
const port = parentPort;
if (port === null) throw new Error("bug: this file is for a thread that reads data");
serveSources(folderHost(String(workerData)), {
  post: (message, moved) => port.postMessage(message, moved),
  listen: (receive) => port.on("message", receive),
});
