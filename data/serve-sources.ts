import { DataError } from "./data-error.ts";
import type { DataHost } from "./host.ts";
import { openSource, usualBudget } from "./open-source.ts";
import { FeedError } from "./feed-error.ts";
import { openFeeder, type Feeder, type FeedModule } from "./feeder.ts";
import type { ModuleText, Port, ReaderAnswer, ReaderRequest } from "./reader-messages.ts";
import { restrict } from "./restrict.ts";
import type { Source, TensorData } from "./source.ts";

/** Makes a module of its text, as the host of the worker can. */
export type LoadFeedModule = (text: ModuleText) => Promise<FeedModule>;

/**
 * The other side of `remoteReader`, in a worker: opens and reads sources and makes examples of them as it is asked, one request after the other.
 */
export function serveSources(
  host: DataHost,
  port: Port<ReaderAnswer, ReaderRequest>,
  loadModule: LoadFeedModule = () => Promise.reject(new Error("bug: this thread loads no modules")),
): void {
  const sources = new Map<number, Source>();
  const feeders: Feeder[] = [];
  let count = 0;
  let last = Promise.resolve();
  const sourceAt = (place: number): Source => {
    const source = sources.get(place);
    if (source === undefined) throw new Error(`bug: no source ${place} is open`);
    return source;
  };
  const answer = async (request: ReaderRequest): Promise<ReaderAnswer> => {
    const { id } = request;
    switch (request.kind) {
      case "open": {
        const opened = await openSource(host, request.spec, request.options);
        const { file, dtype, shape, meta, isInMemory } = opened;
        sources.set(count, opened);
        count += 1;
        return { kind: "opened", id, source: count - 1, facts: { file, dtype, shape, meta, isInMemory } };
      }
      case "rows":
        return { kind: "values", id, values: await sourceAt(request.source).rows(request.rows) };
      case "whole":
        return { kind: "values", id, values: await sourceAt(request.source).whole() };
      case "close":
        await sourceAt(request.source).close();
        sources.delete(request.source);
        return { kind: "closed", id };
      case "feed": {
        const { sources: taken, declared, module, dims } = request.feed;
        const own = taken.map(({ source, rows }) => {
          const all = sourceAt(source);
          return rows === undefined ? all : restrict(all, rows, usualBudget);
        });
        feeders.push(await openFeeder(declared, own, await loadModule(module), dims));
        return { kind: "fed", id, feed: feeders.length - 1 };
      }
      case "batch": {
        const feeder = feeders[request.feed];
        if (feeder === undefined) throw new Error(`bug: no feeder ${request.feed}`);
        return { kind: "examples", id, values: await feeder(request.order) };
      }
      default:
        return request satisfies never;
    }
  };
  port.listen((request) => {
    last = last.then(async () => {
      const answered = await answer(request).catch((error: unknown) => faultAnswer(request.id, error));
      const moved =
        answered.kind === "values"
          ? [answered.values]
          : answered.kind === "examples"
            ? Object.values(answered.values)
            : [];
      port.post(answered, moved.flatMap(movable));
    });
  });
}

function faultAnswer(id: number, error: unknown): ReaderAnswer {
  if (error instanceof DataError) return { kind: "fault", id, fault: error.fault };
  if (error instanceof FeedError) return { kind: "refused", id, message: error.message };
  return { kind: "bug", id, message: error instanceof Error ? error.message : String(error) };
}

/** Values are the caller's own, so that their buffer may be given away. */
function movable(values: TensorData): readonly ArrayBuffer[] {
  return values.buffer instanceof ArrayBuffer ? [values.buffer] : [];
}
