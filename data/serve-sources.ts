import { DataError } from "./data-error.ts";
import type { DataHost } from "./host.ts";
import { openSource } from "./open-source.ts";
import type { Port, ReaderAnswer, ReaderRequest } from "./reader-messages.ts";
import type { Source, TensorData } from "./source.ts";

/** The other side of `remoteReader`, in a worker: opens and reads sources as it is asked, one request after the other. */
export function serveSources(host: DataHost, port: Port<ReaderAnswer, ReaderRequest>): void {
  const sources = new Map<number, Source>();
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
      default:
        return request satisfies never;
    }
  };
  port.listen((request) => {
    last = last.then(async () => {
      const answered = await answer(request).catch((error: unknown) => faultAnswer(request.id, error));
      port.post(answered, answered.kind === "values" ? movable(answered.values) : []);
    });
  });
}

function faultAnswer(id: number, error: unknown): ReaderAnswer {
  if (error instanceof DataError) return { kind: "fault", id, fault: error.fault };
  return { kind: "bug", id, message: error instanceof Error ? error.message : String(error) };
}

/** Values are the caller's own, so that their buffer may be given away. */
function movable(values: TensorData): readonly ArrayBuffer[] {
  return values.buffer instanceof ArrayBuffer ? [values.buffer] : [];
}
