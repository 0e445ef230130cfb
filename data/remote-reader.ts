import { errorOfFault } from "./data-error.ts";
import type { OpenOptions, SourceSpec } from "./open-source.ts";
import { FeedError } from "./feed-error.ts";
import type { Feeder } from "./feeder.ts";
import type { FeedSpec, ReaderAnswer, ReaderRequest, ReaderThread } from "./reader-messages.ts";
import type { Source, TensorData } from "./source.ts";

/** Opens sources in another thread. */
export interface RemoteReader {
  /** As `openSource`; the source that it gives reads in the other thread. */
  readonly open: (spec: SourceSpec, options?: OpenOptions) => Promise<Source>;
  /** Loads the module of a declaration there, which then makes examples of sources that are open there. */
  readonly feed: (feed: RemoteFeed) => Promise<Feeder>;
  /** Ends the thread. What is still asked of it fails. */
  readonly close: () => Promise<void>;
}

export interface RemoteFeed extends Omit<FeedSpec, "sources"> {
  readonly sources: readonly { readonly source: Source; readonly rows: Int32Array | undefined }[];
}

interface Waiting {
  readonly resolve: (answer: ReaderAnswer) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Sources that are read by a thread of the host's, in which `serveSources` runs. Errors of the other side are thrown here;
 * where that thread dies, all that waits for it fails with the reason.
 */
export function remoteReader(thread: ReaderThread): RemoteReader {
  const waiting = new Map<number, Waiting>();
  const numbers = new WeakMap<Source, number>();
  let count = 0;
  let ended: string | undefined;
  const end = (why: string): void => {
    ended ??= why;
    for (const { reject } of waiting.values()) reject(new Error(why));
    waiting.clear();
  };
  thread.onEnd(end);
  thread.listen((answer) => {
    const { resolve, reject } = waiting.get(answer.id) ?? {};
    waiting.delete(answer.id);
    if (answer.kind === "refused") reject?.(new FeedError(answer.message));
    else if (answer.kind === "fault") reject?.(errorOfFault(answer.fault));
    else if (answer.kind === "bug") reject?.(new Error(answer.message));
    else resolve?.(answer);
  });
  const ask = (make: (id: number) => ReaderRequest): Promise<ReaderAnswer> => {
    if (ended !== undefined) return Promise.reject(new Error(ended));
    const id = count;
    count += 1;
    return new Promise((resolve, reject) => {
      waiting.set(id, { resolve, reject });
      thread.post(make(id), []);
    });
  };
  const values = async (make: (id: number) => ReaderRequest): Promise<TensorData> => {
    const answer = await ask(make);
    return answer.kind === "values" ? answer.values : wrongAnswer(answer);
  };
  return {
    open: async (spec, options = {}) => {
      const answer = await ask((id) => ({ kind: "open", id, spec, options }));
      if (answer.kind !== "opened") return wrongAnswer(answer);
      const { source, facts } = answer;
      const opened: Source = {
        ...facts,
        rows: (rows) => values((id) => ({ kind: "rows", id, source, rows })),
        whole: () => values((id) => ({ kind: "whole", id, source })),
        close: async () => {
          await ask((id) => ({ kind: "close", id, source }));
        },
      };
      numbers.set(opened, source);
      return opened;
    },
    feed: async ({ sources, declared, module, dims }) => {
      const numbered = sources.map(({ source, rows }) => {
        const number = numbers.get(source);
        if (number === undefined) throw new Error(`bug: ${source.file} is open elsewhere`);
        return { source: number, rows };
      });
      const spec = { sources: numbered, declared, module, dims };
      const answer = await ask((id) => ({ kind: "feed", id, feed: spec }));
      if (answer.kind !== "fed") return wrongAnswer(answer);
      const { feed } = answer;
      return async (order) => {
        const examples = await ask((id) => ({ kind: "batch", id, feed, order }));
        return examples.kind === "examples" ? examples.values : wrongAnswer(examples);
      };
    },
    close: async () => {
      end("the thread that reads data was ended");
      await thread.terminate();
    },
  };
}

function wrongAnswer(answer: ReaderAnswer): never {
  throw new Error(`bug: ${answer.kind} answers another question`);
}
