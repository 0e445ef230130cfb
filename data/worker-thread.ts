import type { Port, ReaderAnswer, ReaderRequest, ReaderThread } from "./reader-messages.ts";

/** A page's worker, in whose script `serveSources(host, workerPort(self))` runs, as a thread for `remoteReader`. */
export function workerThread(worker: Worker): ReaderThread {
  return {
    ...workerPort<ReaderRequest, ReaderAnswer>(worker),
    onEnd: (ended) => {
      worker.addEventListener("error", (event) =>
        ended(`the worker that reads data failed: ${event.message}`),
      );
    },
    terminate: () => {
      worker.terminate();
      return Promise.resolve();
    },
  };
}

/** What a worker and its own global scope have in common. */
interface MessageEnd<Received> {
  postMessage: (message: unknown, options: { transfer: Transferable[] }) => void;
  addEventListener: (type: "message", receive: (event: MessageEvent<Received>) => void) => void;
}

/** The channel of a worker, from either side. */
export function workerPort<Sent, Received>(end: MessageEnd<Received>): Port<Sent, Received> {
  return {
    post: (message, moved) => end.postMessage(message, { transfer: [...moved] }),
    listen: (receive) => {
      end.addEventListener("message", ({ data }) => receive(data));
    },
  };
}
